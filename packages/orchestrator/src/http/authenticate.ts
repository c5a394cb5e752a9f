import { AmiPublisherError } from '@ami-publisher/base';
import type { KeyStore } from '../keys/key-store.js';
import { mayDo } from '../keys/keys.js';
import type { StoredKey } from '../store/tables.js';
import type { FailedKeys } from './failed-keys.js';
import type { Route } from './route.js';

/** Where a request may have its key. */
export interface KeyPlaces {
  /** Header `x-api-key`. */
  readonly apiKey: string | undefined;
  /** Header `authorization`. */
  readonly authorization: string | undefined;
  /** `api_key` in the body or the query, where that is allowed. */
  readonly inRequest?: unknown;
}

/** The key that a request presents; undefined if there is none. */
export const presentedKey = ({ apiKey, authorization, inRequest }: KeyPlaces): string | undefined => {
  const bearer = /^Bearer (\S+)$/i.exec(authorization ?? '')?.[1];
  return apiKey ?? bearer ?? (typeof inRequest === 'string' ? inRequest : undefined);
};

export interface Authentication {
  readonly keys: KeyStore;
  readonly failedKeys: FailedKeys;
}

/**
 * The row of the key that a request presents.
 *
 * @param missing what a request without a key is told.
 * @throws `TOO_MANY_REQUESTS`, `API_KEY_REFUSED`.
 */
export const authenticate = async (
  { keys, failedKeys }: Authentication,
  { badKey }: Pick<Route, 'badKey'>,
  key: string | undefined,
  address: string,
  missing: string,
): Promise<StoredKey> => {
  failedKeys.require(address);
  if (key === undefined) throw new AmiPublisherError('API_KEY_REFUSED', { message: missing });
  const found = await keys.find(key);
  if (found === undefined) {
    failedKeys.add(address);
    throw new AmiPublisherError('API_KEY_REFUSED', { message: badKey });
  }
  return found;
};

/** @throws `OPERATION_NOT_ALLOWED` unless the key is good for the route. */
export const authorize = (key: StoredKey, { operation }: Route): void => {
  if (mayDo(key, operation)) return;
  throw new AmiPublisherError('OPERATION_NOT_ALLOWED', {
    message: `the key ${key.name} is not good for ${operation}`,
    remedy: 'use one of a role that is, or have one made',
  });
};
