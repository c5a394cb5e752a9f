import { oncePerToken } from '../ec2/client-tokens.js';
import { ApiError } from '../model/api-error.js';
import type { RegionState } from '../model/region-state.js';

/** An account and region. */
export type Place = Pick<RegionState, 'accountId' | 'region'>;

/** What a name is in an ARN. */
const inArn = (name: string): string => name.toLowerCase().replaceAll(/[ _]/g, '-');

/** ARN of a thing of Image Builder: `component/NAME/1.0.0/1`. */
export const arnOf = (
  { accountId, region }: Place,
  kind: string,
  name: string,
  ...rest: readonly string[]
): string => `arn:aws:imagebuilder:${region}:${accountId}:${[kind, inArn(name), ...rest].join('/')}`;

/** @throws `ResourceNotFoundException` */
export const found = <T>(all: ReadonlyMap<string, T>, arn: string | undefined): T => {
  const one = all.get(arn ?? '');
  if (one !== undefined) return one;
  throw new ApiError('ResourceNotFoundException', `The resource with ARN '${arn}' could not be found.`, 404);
};

/** @throws `ResourceAlreadyExistsException` */
export const requireNew = (all: ReadonlyMap<string, unknown>, kind: string, arn: string): void => {
  if (!all.has(arn)) return;
  throw new ApiError(
    'ResourceAlreadyExistsException',
    `The following resource '${kind}' already exists: '${arn}'.`,
  );
};

/** @throws `ResourceDependencyException` */
export const requireUnused = (arn: string, isUsed: boolean): void => {
  if (!isUsed) return;
  throw new ApiError(
    'ResourceDependencyException',
    `Resource dependency error: The resource ARN '${arn}' has other resources depended on it.`,
  );
};

/** @throws `InvalidParameterValueException` */
export const invalidValue = (parameter: string, why: string): ApiError =>
  new ApiError(
    'InvalidParameterValueException',
    `The value supplied for parameter '${parameter}' is not valid. ${why}`,
  );

/** Does a creating call once for its client token. @returns the ARN @throws `IdempotentParameterMismatchException` */
export const once = async (
  state: RegionState,
  action: string,
  { clientToken, ...parameters }: { readonly clientToken?: string | undefined },
  create: () => string,
): Promise<string> => {
  try {
    return await oncePerToken(
      state,
      `imagebuilder:${action}`,
      { ...parameters, ClientToken: clientToken },
      async () => create(),
    );
  } catch (error) {
    if (error instanceof ApiError && error.code === 'IdempotentParameterMismatch')
      throw new ApiError('IdempotentParameterMismatchException', error.message);
    throw error;
  }
};

export const tagsOf = ({
  tags = {},
}: {
  readonly tags?: Readonly<Record<string, string>> | undefined;
}): ReadonlyMap<string, string> => new Map(Object.entries(tags));
