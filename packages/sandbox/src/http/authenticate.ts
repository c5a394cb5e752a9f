import type { Identity } from '../credentials/identity.js';
import type { Keyring } from '../credentials/keyring.js';
import { isPresignedBy, type PresignedUrl } from '../credentials/presigned.js';
import { credentialRefusals, type Service } from '../credentials/refusals.js';
import {
  type Authorization,
  isSignedBy,
  parseAuthorization,
  type SignedRequest,
} from '../credentials/signature.js';
import type { Account } from '../model/account.js';
import { ApiError } from '../model/api-error.js';
import type { CloudModel } from '../model/cloud-model.js';

/** What authentication looks at. */
export interface Authenticator {
  readonly keyring: Keyring;
  readonly account: (id: string) => Account;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** Authentication against the model's keys, accounts and clock. */
export const authenticatorOf = (model: CloudModel): Authenticator => ({
  keyring: model.keyring,
  account: (id) => model.account(id),
  now: () => model.clock.now(),
});

/** The `Authorization` header of a request, parsed. @throws `IncompleteSignature` for one of another form */
export const readAuthorization = (request: SignedRequest): Authorization | undefined => {
  const { authorization: header } = request.headers;
  if (header === undefined) return undefined;
  const authorization = parseAuthorization(header);
  if (authorization !== undefined) return authorization;
  throw new ApiError('IncompleteSignature', 'The request signature does not conform to AWS standards.');
};

/**
 * Finds out who made a request.
 *
 * @throws the service's own error, such as `AuthFailure` (EC2), `SignatureDoesNotMatch` (STS), `UnrecognizedClientException` (SSM),
 * `InvalidAccessKeyId` (S3).
 */
export const authenticate = async (
  { keyring, account, now }: Authenticator,
  service: Service,
  request: SignedRequest,
  authorization: Authorization,
): Promise<Identity> => {
  const refuse = credentialRefusals[service];
  const key = keyring.find(authorization.accessKeyId);
  if (key === undefined || key.sessionToken !== request.headers['x-amz-security-token'])
    throw refuse.unknown();
  const { credentials } = account(key.identity.accountId);
  if (credentials === 'disabled') throw refuse.unknown();
  if (!(await isSignedBy(request, authorization, key))) throw refuse.signature();
  if (credentials === 'expired' || (key.expiresAt ?? Number.POSITIVE_INFINITY) <= now())
    throw refuse.expired();
  return key.identity;
};

/** Finds out who signed a URL of S3. @throws as {@link authenticate}, and `AccessDenied` for one that has expired */
export const authenticateUrl = async (
  { keyring, account, now }: Authenticator,
  request: SignedRequest,
  url: PresignedUrl,
): Promise<Identity> => {
  const refuse = credentialRefusals.s3;
  const key = keyring.find(url.accessKeyId);
  if (key === undefined || key.sessionToken !== url.sessionToken) throw refuse.unknown();
  const { credentials } = account(key.identity.accountId);
  if (credentials === 'disabled') throw refuse.unknown();
  if (!(await isPresignedBy(request, url, key))) throw refuse.signature();
  if (url.signedAt.getTime() + url.expiresInSeconds * 1_000 <= now())
    throw new ApiError('AccessDenied', 'Request has expired');
  if (credentials === 'expired' || (key.expiresAt ?? Number.POSITIVE_INFINITY) <= now())
    throw refuse.expired();
  return key.identity;
};
