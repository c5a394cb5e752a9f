import { AmiPublisherError } from '@ami-publisher/base';

export interface OptionalClient<T> {
  /** As npm knows it. */
  readonly name: string;
  /** What needs it, as "connector ssm". */
  readonly neededBy: string;
  /** What to do without it; goes on after "install it beside …, or". */
  readonly otherwise: string;
  readonly load: () => Promise<T>;
}

/** Loads the client of an AWS service that is an optional dependency. @throws `TOOL_MISSING` naming the package */
export const loadClient = async <T>({ name, neededBy, otherwise, load }: OptionalClient<T>): Promise<T> => {
  try {
    return await load();
  } catch (cause) {
    throw new AmiPublisherError('TOOL_MISSING', {
      message: `${neededBy} needs the package ${name}, which is not installed`,
      resource: name,
      remedy: `install it beside @ami-publisher/core (\`npm install ${name}\`), or ${otherwise}`,
      cause,
    });
  }
};
