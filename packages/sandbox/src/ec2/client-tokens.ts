import { createHash } from 'node:crypto';
import { ApiError } from '../model/api-error.js';
import type { RegionState } from '../model/region-state.js';

const maxTokenLength = 64;

/** Same request, same digest, whatever the order of its members. */
const digest = (request: object): string =>
  createHash('sha256')
    .update(
      JSON.stringify(request, (_, value: unknown) =>
        typeof value === 'object' && value !== null && !Array.isArray(value)
          ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
          : value,
      ),
    )
    .digest('base64url');

/**
 * Runs a creating call once per client token.
 *
 * @param create makes the resource and returns its id.
 * @returns the id of the resource that this request, or an earlier one with its token, made.
 * @throws `IdempotentParameterMismatch` if the token came with other parameters before.
 */
export const oncePerToken = async (
  state: RegionState,
  action: string,
  request: { readonly ClientToken?: string | undefined },
  create: () => Promise<string>,
): Promise<string> => {
  const { ClientToken: token, ...parameters } = request;
  if (token === undefined || token === '') return create();
  if (token.length > maxTokenLength) {
    throw new ApiError('InvalidParameterValue', `A client token has at most ${maxTokenLength} characters.`);
  }
  const key = `${action}:${token}`;
  const earlier = state.clientTokens.get(key);
  const requestDigest = digest(parameters);
  if (earlier !== undefined && earlier.requestDigest !== requestDigest) {
    throw new ApiError(
      'IdempotentParameterMismatch',
      `The client token '${token}' was used in an earlier request with other parameters.`,
    );
  }
  if (earlier !== undefined) return earlier.resourceId;
  const resourceId = create();
  state.clientTokens.set(key, { requestDigest, resourceId });
  resourceId.catch(() => state.clientTokens.delete(key));
  return resourceId;
};
