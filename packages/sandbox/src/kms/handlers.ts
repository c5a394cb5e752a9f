import { randomUUID } from 'node:crypto';
import type * as kms from '@aws-sdk/client-kms';
import type { Identity } from '../credentials/identity.js';
import { ApiError } from '../model/api-error.js';
import type { KmsGrant, KmsKey } from '../model/kms-keys.js';
import { isAllowed, type KeyUser } from './key-access.js';

export interface KmsContext {
  readonly caller: Identity;
  readonly user: KeyUser;
  /** The key that a request names, the caller's own or by its ARN another account's; undefined if there is none in the region. */
  readonly keyOf: (name: string) => KmsKey | undefined;
}

const validation = (message: string): ApiError => new ApiError('ValidationException', message);

/** @throws `NotFoundException`, or `AccessDeniedException` for the key of another account whose policy does not let the caller */
const lookupKey = (context: KmsContext, name: string | undefined, operation: string): KmsKey => {
  if (name === undefined || name === '')
    throw validation("1 validation error detected: Value null at 'keyId'");
  const key = context.keyOf(name);
  const { caller, user } = context;
  if (key?.accountId === caller.accountId) return key;
  if (key !== undefined && crossAccount.has(operation) && isAllowed(key, user, operation)) return key;
  // Of other accounts it is not told whether there is a key.
  if (key === undefined && !/^arn:/.test(name))
    throw new ApiError('NotFoundException', `Key '${name}' does not exist`);
  throw denied(caller, operation, name);
};

const denied = ({ arn }: Identity, operation: string, resource: string): ApiError =>
  new ApiError(
    'AccessDeniedException',
    `User: ${arn} is not authorized to perform: kms:${operation} on resource: ${resource} because the resource does not exist in this Region, no resource-based policies allow access, or a resource-based policy explicitly denies access`,
  );

/** What another account may do to a key, if its policy says so. */
const crossAccount: ReadonlySet<string> = new Set([
  'CreateGrant',
  'DescribeKey',
  'ListGrants',
  'RevokeGrant',
]);

const describeKey = (context: KmsContext, { KeyId }: Partial<kms.DescribeKeyRequest>) => {
  const key = lookupKey(context, KeyId, 'DescribeKey');
  const KeyMetadata: kms.KeyMetadata = {
    AWSAccountId: key.accountId,
    KeyId: key.arn.slice(key.arn.lastIndexOf('/') + 1),
    Arn: key.arn,
    Enabled: key.enabled,
    KeyManager: key.manager,
    KeySpec: 'SYMMETRIC_DEFAULT',
    KeyState: key.enabled ? 'Enabled' : 'Disabled',
    KeyUsage: 'ENCRYPT_DECRYPT',
    MultiRegion: false,
    Origin: 'AWS_KMS',
  };
  return { KeyMetadata };
};

const getKeyPolicy = (context: KmsContext, { KeyId }: Partial<kms.GetKeyPolicyRequest>) => {
  const key = lookupKey(context, KeyId, 'GetKeyPolicy');
  return { Policy: JSON.stringify(key.policy.document, undefined, 2), PolicyName: 'default' };
};

const grantable: ReadonlySet<string> = new Set([
  ...['CreateGrant', 'Decrypt', 'DescribeKey', 'Encrypt', 'GenerateDataKey'],
  ...['GenerateDataKeyWithoutPlaintext', 'ReEncryptFrom', 'ReEncryptTo', 'RetireGrant'],
]);

/** A grant of the same name and content is the one that is there already. */
const createGrant = (context: KmsContext, input: Partial<kms.CreateGrantRequest>) => {
  const { GranteePrincipal = '', KeyId, Name, Operations = [] } = input;
  const key = lookupKey(context, KeyId, 'CreateGrant');
  if (key.manager === 'AWS') throw denied(context.caller, 'CreateGrant', key.arn);
  if (!key.enabled) throw new ApiError('DisabledException', `${key.arn} is disabled.`);
  if (!/^arn:aws[\w-]*:iam::\d{12}:(root|role\/.+|user\/.+)$/.test(GranteePrincipal))
    throw new ApiError('InvalidArnException', `ARN does not refer to a valid principal: ${GranteePrincipal}`);
  if (Operations.length === 0 || Operations.some((operation) => !grantable.has(operation)))
    throw validation(`Value '${Operations}' at 'operations' failed to satisfy constraint`);
  const same = [...key.grants.values()].find(
    ({ name, grantee, operations }) =>
      Name !== undefined &&
      name === Name &&
      grantee === GranteePrincipal &&
      String(operations) === String(Operations),
  );
  const grant = same ?? { id: newGrantId(), name: Name, grantee: GranteePrincipal, operations: Operations };
  key.grants.set(grant.id, grant);
  return { GrantId: grant.id, GrantToken: Buffer.from(grant.id).toString('base64') };
};

/** 64 hexadecimal digits. */
const newGrantId = (): string => `${randomUUID()}${randomUUID()}`.replaceAll('-', '');

const grantView = (key: KmsKey, { id, name, grantee, operations }: KmsGrant): kms.GrantListEntry => ({
  KeyId: key.arn,
  GrantId: id,
  GranteePrincipal: grantee,
  IssuingAccount: `arn:aws:iam::${key.accountId}:root`,
  Operations: operations as kms.GrantOperation[],
  ...(name !== undefined && { Name: name }),
});

const defaultGrants = 50;

/** In the order in which they were made. */
const listGrants = (context: KmsContext, input: Partial<kms.ListGrantsRequest>): kms.ListGrantsResponse => {
  const key = lookupKey(context, input.KeyId, 'ListGrants');
  const grants = [...key.grants.values()].filter(
    ({ id, grantee }) => (input.GrantId ?? id) === id && (input.GranteePrincipal ?? grantee) === grantee,
  );
  const from = input.Marker === undefined ? 0 : grants.findIndex(({ id }) => id === input.Marker) + 1;
  if (input.Marker !== undefined && from === 0)
    throw new ApiError('InvalidMarkerException', 'The marker is not valid.');
  const page = grants.slice(from, from + (input.Limit ?? defaultGrants));
  const truncated = from + page.length < grants.length;
  return {
    Grants: page.map((grant) => grantView(key, grant)),
    Truncated: truncated,
    ...(truncated && { NextMarker: page.at(-1)!.id }),
  };
};

const revokeGrant = (context: KmsContext, { GrantId = '', KeyId }: Partial<kms.RevokeGrantRequest>) => {
  const key = lookupKey(context, KeyId, 'RevokeGrant');
  if (!key.grants.delete(GrantId))
    throw new ApiError('NotFoundException', `Grant '${GrantId}' does not exist`);
  return {};
};

/** Every action of KMS that the sandbox answers. */
export const kmsHandlers = {
  CreateGrant: createGrant,
  DescribeKey: describeKey,
  GetKeyPolicy: getKeyPolicy,
  ListGrants: listGrants,
  RevokeGrant: revokeGrant,
} as const;

export type KmsAction = keyof typeof kmsHandlers;
