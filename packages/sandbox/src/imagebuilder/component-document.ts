import { parse } from 'yaml';
import * as z from 'zod';
import { ApiError } from '../model/api-error.js';

const common = {
  name: z.string(),
  timeoutSeconds: z.int().min(1).default(7_200),
  maxAttempts: z.int().min(1).default(1),
  onFailure: z.enum(['Abort', 'Continue', 'Ignore']).default('Abort'),
};

const stepSchema = z.discriminatedUnion('action', [
  z.object({
    ...common,
    action: z.literal('ExecuteBash'),
    inputs: z.object({ commands: z.array(z.string()).min(1) }),
  }),
  z.object({
    ...common,
    action: z.literal('CreateFile'),
    inputs: z.array(
      z.object({
        path: z.string().startsWith('/'),
        content: z.string(),
        permissions: z.string().optional(),
        overwrite: z.boolean().default(true),
      }),
    ),
  }),
  z.object({
    ...common,
    action: z.literal('UpdateOS'),
    inputs: z
      .object({ include: z.array(z.string()).optional(), exclude: z.array(z.string()).optional() })
      .prefault({}),
  }),
]);

/** One step of a component. */
export type ComponentStep = z.output<typeof stepSchema>;

const documentSchema = z.object({
  schemaVersion: z.union([z.literal(1), z.literal('1.0')]),
  phases: z
    .array(z.object({ name: z.enum(['build', 'validate', 'test']), steps: z.array(stepSchema).min(1) }))
    .min(1),
});

export type ComponentPhase = z.output<typeof documentSchema>['phases'][number];

/**
 * The phases of a component's document.
 *
 * @throws ApiError `InvalidParameterValueException` for one that Image Builder would refuse, or that has what the sandbox does not run
 */
export const phasesOf = (document: string): readonly ComponentPhase[] => {
  const parsed = documentSchema.safeParse(parsedYaml(document));
  if (parsed.success) return parsed.data.phases;
  throw badDocument(z.prettifyError(parsed.error));
};

const parsedYaml = (document: string): unknown => {
  try {
    return parse(document);
  } catch (error) {
    throw badDocument(error instanceof Error ? error.message : String(error));
  }
};

const badDocument = (why: string): ApiError =>
  new ApiError(
    'InvalidParameterValueException',
    `The value supplied for parameter 'data' is not valid. ${why}`,
  );
