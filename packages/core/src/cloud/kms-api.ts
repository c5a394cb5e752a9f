import type { CallOptions } from './ec2-api.js';

/** A KMS key. Names as in AWS's API; types of our own, because the AWS client is an optional dependency. */
export interface KmsKeyMetadata {
  readonly Arn?: string | undefined;
  readonly AWSAccountId?: string | undefined;
  /** `AWS` for the account's default key of EBS, `CUSTOMER` for others. */
  readonly KeyManager?: string | undefined;
  /** `Enabled`, `Disabled`, `PendingDeletion` and so on. */
  readonly KeyState?: string | undefined;
}

/** What somebody may do with a key besides what its policy says. */
export interface KmsGrant {
  readonly GrantId?: string | undefined;
  readonly Name?: string | undefined;
  /** ARN of an account's root, a role or a user. */
  readonly GranteePrincipal?: string | undefined;
  readonly Operations?: readonly string[] | undefined;
  /** A grant with constraints holds for some requests only. */
  readonly Constraints?: object | undefined;
}

/** A grant that is to be made. */
export interface KmsGrantToMake {
  readonly keyId: string;
  /** Makes the call repeatable: a grant of the same name and content is the one that is there. */
  readonly name: string;
  /** ARN. */
  readonly granteePrincipal: string;
  readonly operations: readonly string[];
}

/** One page of a key's grants. */
export interface KmsGrantsRequest {
  readonly keyId: string;
  /** Where the page before ended. */
  readonly marker?: string | undefined;
}

/** What this package asks of AWS Key Management Service in one target. Keys are named by id, ARN, alias or alias ARN. */
export interface KmsApi {
  describeKey(
    keyId: string,
    options?: CallOptions,
  ): Promise<{ readonly KeyMetadata?: KmsKeyMetadata | undefined }>;
  /** @returns the policy in IAM's JSON; only of keys of the own account. */
  getKeyPolicy(keyId: string, options?: CallOptions): Promise<{ readonly Policy?: string | undefined }>;
  listGrants(
    request: KmsGrantsRequest,
    options?: CallOptions,
  ): Promise<{ readonly Grants?: readonly KmsGrant[] | undefined; readonly NextMarker?: string | undefined }>;
  createGrant(
    grant: KmsGrantToMake,
    options?: CallOptions,
  ): Promise<{ readonly GrantId?: string | undefined }>;
  /** @throws `AWS_NOT_FOUND` for a grant that is none any more. */
  revokeGrant(keyId: string, grantId: string, options?: CallOptions): Promise<void>;
}

/** The actions behind the methods. */
export type KmsAction = 'CreateGrant' | 'DescribeKey' | 'GetKeyPolicy' | 'ListGrants' | 'RevokeGrant';

/** Sends one request; rejects with an `AmiPublisherError`. */
export type SendKms = (action: KmsAction, input: object, options: CallOptions) => Promise<object>;

/** KMS for one target over what sends requests. All calls may be repeated. */
export const createKmsApi = (send: SendKms): KmsApi => ({
  describeKey: (KeyId, options = {}) => send('DescribeKey', { KeyId }, options),
  getKeyPolicy: (KeyId, options = {}) => send('GetKeyPolicy', { KeyId, PolicyName: 'default' }, options),
  listGrants: ({ keyId, marker }, options = {}) =>
    send('ListGrants', { KeyId: keyId, ...(marker !== undefined && { Marker: marker }) }, options),
  createGrant: ({ keyId, name, granteePrincipal, operations }, options = {}) => {
    const request = { KeyId: keyId, Name: name, GranteePrincipal: granteePrincipal, Operations: operations };
    return send('CreateGrant', request, options);
  },
  revokeGrant: async (KeyId, GrantId, options = {}) => {
    await send('RevokeGrant', { KeyId, GrantId }, options);
  },
});
