import { AmiPublisherError, invalidOption } from '@ami-publisher/base';
import { type LifecycleRecord, type LifecycleType, stackTagOf } from '@ami-publisher/core';
import { currentBranch } from '../../input/git.js';
import { splitTag } from '../../input/tags.js';
import { type RequestedSteps, stepsOfType } from '../../lifecycle/steps.js';

type Options = Readonly<Record<string, unknown>>;

/** The values of an option that may be repeated. */
const all = (value: unknown): readonly string[] => (value as readonly string[] | undefined) ?? [];

/** Properties of `--property`; undefined if there are none. @throws `INVALID_OPTION` */
export const propertiesOf = ({ property }: Options): Readonly<Record<string, string>> | undefined =>
  property === undefined
    ? undefined
    : Object.fromEntries(all(property).map((text) => splitTag('property', text)));

/** Who asks, and who is told; what options leave out is the record's. @throws `INVALID_OPTION` */
export const requesterOf = async (options: Options, record?: LifecycleRecord) => ({
  stack_tag: options.stackTag ?? record?.stack_tag ?? (await stackTagOfFolder()),
  owner: options.owner ?? record?.owner ?? missing('owner', 'name whoever asks'),
  notifications:
    options.notify === undefined
      ? (record?.notifications ?? missing('notify', 'say who is to be told, such as EMAIL=team@example.org'))
      : all(options.notify).map((text) => {
          const [method, target] = splitTag('notify', text);
          return { method: method.toUpperCase(), target };
        }),
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
export const stepsOf = ({ event }: Options, type: LifecycleType, isNew: boolean): RequestedSteps => {
  const known = stepsOfType(type);
  const names = all(event);
  if (names.includes('all')) return { type, isNew, steps: known };
  const steps = names.map((name) => {
    const step = known.find((candidate) => nameOf(candidate) === name);
    if (step === undefined) throw invalidOption('event', ['all', ...known.map(nameOf)].join(', '), name);
    return step;
  });
  return { type, isNew, steps };
};

const nameOf = (step: string): string => step.toLowerCase().replaceAll('_', '-');
