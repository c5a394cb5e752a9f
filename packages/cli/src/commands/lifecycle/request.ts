import { AmiPublisherError, parsePair } from '@ami-publisher/base';
import {
  type LifecycleRecord,
  type LifecycleType,
  parseNotification,
  parseSteps,
  type RequestedSteps,
  stackTagOf,
} from '@ami-publisher/core';
import { currentBranch } from '../../input/git.js';

type Options = Readonly<Record<string, unknown>>;

/** The values of an option that may be repeated. */
const all = (value: unknown): readonly string[] => (value as readonly string[] | undefined) ?? [];

/** Properties of `--property`; undefined if there are none. @throws `INVALID_OPTION` */
export const propertiesOf = ({ property }: Options): Readonly<Record<string, string>> | undefined =>
  property === undefined
    ? undefined
    : Object.fromEntries(all(property).map((text) => parsePair('property', text)));

/** Who asks, and who is told; what options leave out is the record's. @throws `INVALID_OPTION` */
export const requesterOf = async (options: Options, record?: LifecycleRecord) => ({
  stack_tag: options.stackTag ?? record?.stack_tag ?? (await stackTagOfFolder()),
  owner: options.owner ?? record?.owner ?? missing('owner', 'name whoever asks'),
  notifications:
    options.notify === undefined
      ? (record?.notifications ?? missing('notify', 'say who is to be told, such as EMAIL=team@example.org'))
      : all(options.notify).map(parseNotification),
});

/** The stack tag of the git branch of this folder. @throws `INVALID_OPTION` */
export const stackTagOfFolder = async (): Promise<string> => {
  const branch = await currentBranch();
  return branch === undefined
    ? missing('stack-tag', 'git knows no branch of this folder to take it from')
    : stackTagOf(branch);
};

const missing = (option: string, remedy: string): never => {
  throw new AmiPublisherError('INVALID_OPTION', { message: `--${option} is needed`, remedy });
};

/** The text of an option that a request cannot do without. @throws `INVALID_OPTION` */
export const needed = (value: unknown, option: string, remedy: string): string =>
  typeof value === 'string' ? value : missing(option, remedy);

/** The steps of `--event`: `all`, or names such as `smoke-tests`. @throws `INVALID_OPTION` */
export const stepsOf = ({ event }: Options, type: LifecycleType, isNew: boolean): RequestedSteps =>
  parseSteps(all(event), type, isNew);
