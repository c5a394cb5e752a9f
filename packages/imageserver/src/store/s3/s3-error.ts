import { AmiPublisherError, type ErrorCode, isAmiPublisherError } from '@ami-publisher/base';

interface Meaning {
  readonly code: ErrorCode;
  readonly remedy: string;
}

const meanings: Readonly<Record<string, Meaning>> = {
  NoSuchBucket: { code: 'INVALID_OPTION', remedy: 'create the bucket, or name another with --store' },
  AccessDenied: {
    code: 'ACCESS_DENIED',
    remedy: 'allow what the policy in docs/imageserver.md allows',
  },
  CredentialsProviderError: {
    code: 'CREDENTIALS_MISSING',
    remedy: 'give the instance a role, or set AWS_PROFILE',
  },
  ExpiredToken: { code: 'CREDENTIALS_EXPIRED', remedy: 'renew the credentials' },
  SlowDown: { code: 'AWS_THROTTLED', remedy: 'try again later' },
};

const other: Meaning = { code: 'AWS_REJECTED', remedy: 'look the answer up in the documentation of S3' };
const unavailable: Meaning = { code: 'AWS_UNAVAILABLE', remedy: 'try again later' };
const noRegion: Meaning = { code: 'INVALID_OPTION', remedy: 'set AWS_REGION to the region of the bucket' };

interface SdkError extends Error {
  readonly $metadata?: { readonly httpStatusCode?: number };
  readonly code?: string;
}

/** HTTP status of an answer of S3; undefined if there was none. */
export const statusOf = (reason: unknown): number | undefined =>
  reason instanceof Error ? (reason as SdkError).$metadata?.httpStatusCode : undefined;

const meaningOf = (error: SdkError): Meaning => {
  if (error.message === 'Region is missing') return noRegion;
  const status = statusOf(error);
  const meaning = meanings[error.name] ?? (status === 403 ? meanings.AccessDenied : undefined);
  if (meaning !== undefined) return meaning;
  return status === undefined || status >= 500 ? unavailable : other;
};

/** What the SDK throws as an error of ours; errors of ours and of callers that went away stay what they are. */
export const s3Error = (reason: unknown, action: string, resource: string): unknown => {
  if (isAmiPublisherError(reason) || !(reason instanceof Error) || reason.name === 'AbortError')
    return reason;
  const { code, remedy } = meaningOf(reason);
  return new AmiPublisherError(code, {
    message: `s3:${action} of ${resource}: ${reason.message || reason.name}`,
    call: `s3:${action}`,
    resource,
    remedy,
    cause: reason,
  });
};
