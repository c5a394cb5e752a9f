import * as z from 'zod';
import type { Draft } from './draft.js';
import { type Attempt, type Properties, runningAttempt } from './state.js';

const pinsSchema = z.object({
  /** `STREAM/LEAF` that is built. */
  image: z.string().optional(),
  /** Digest of that image's manifest. */
  manifest_digest: z.string().optional(),
  /** SHA-256 of the component of a patch, hexadecimal digits. */
  patch_component_sha256: z.string().optional(),
  /** ARN of the pipeline that builds. */
  imagebuilder_pipeline_arn: z.string().optional(),
  /** ARN of the recipe that the pipeline builds by. */
  imagebuilder_imagerecipe_arn: z.string().optional(),
});

/** What a request stood for when it was taken: its attempts work on that or not at all. */
export type Pins = Readonly<z.output<typeof pinsSchema>>;

/** What an attempt is pinned to; nothing, if the server pins nothing. */
export const pinsOf = ({ input }: Pick<Attempt, 'input'>): Pins =>
  pinsSchema.safeParse(input.pinned).data ?? {};

/** Writes down what the attempt that has just begun is pinned to. */
export const pinRunning = (draft: Draft, pins: Pins): void => {
  const running = runningAttempt(draft.state);
  if (running !== undefined && Object.keys(pins).length > 0)
    draft.putAttempt({ ...running, input: { ...running.input, pinned: pins } });
};

/** What another attempt of an event is pinned to: the same as the one before. */
export const pinsAgain = (attempts: readonly Attempt[]): Properties => {
  const pinned = attempts.at(-1)?.input.pinned;
  return pinned === undefined ? {} : { pinned };
};
