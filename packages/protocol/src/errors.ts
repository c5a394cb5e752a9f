import {
  AmiPublisherError,
  type ErrorCode,
  errorCodes,
  isAmiPublisherError,
  toAmiPublisherError,
} from '@ami-publisher/base';
import * as grpc from '@grpc/grpc-js';
import { statusMessages } from './load.js';
import type { ClientTls } from './tls.js';
import { clientCertificateFault } from './tls-probe.js';

const domain = 'ami-publisher';
const detailsKey = 'grpc-status-details-bin';
const errorInfoType = 'type.googleapis.com/google.rpc.ErrorInfo';

const statusOf: Partial<Record<ErrorCode, grpc.status>> = {
  INVALID_OPTION: grpc.status.INVALID_ARGUMENT,
  INVALID_NAME: grpc.status.INVALID_ARGUMENT,
  INVALID_MANIFEST: grpc.status.INVALID_ARGUMENT,
  CANCELLED: grpc.status.CANCELLED,
  TIMED_OUT: grpc.status.DEADLINE_EXCEEDED,
  LEASE_HELD: grpc.status.FAILED_PRECONDITION,
  LEASE_LOST: grpc.status.ABORTED,
  CAPTURE_NOT_CONFIRMED: grpc.status.ABORTED,
  DRAINING: grpc.status.FAILED_PRECONDITION,
  NOT_SEALABLE: grpc.status.FAILED_PRECONDITION,
  RAW_UNAVAILABLE: grpc.status.FAILED_PRECONDITION,
  EXPORT_FAILED: grpc.status.ABORTED,
  TOOL_MISSING: grpc.status.FAILED_PRECONDITION,
  DEVICE_NOT_FOUND: grpc.status.NOT_FOUND,
  DEVICE_IN_USE: grpc.status.FAILED_PRECONDITION,
  OPERATION_NOT_FOUND: grpc.status.NOT_FOUND,
  TREE_CHANGED: grpc.status.ABORTED,
  FILE_SYSTEM_FAILED: grpc.status.FAILED_PRECONDITION,
  DIRECTORY_LOCKED: grpc.status.FAILED_PRECONDITION,
  INVALID_ARCHIVE: grpc.status.INVALID_ARGUMENT,
  NO_SPACE: grpc.status.RESOURCE_EXHAUSTED,
  STREAM_NOT_FOUND: grpc.status.NOT_FOUND,
  IMAGE_NOT_FOUND: grpc.status.NOT_FOUND,
  IMAGE_EXISTS: grpc.status.ALREADY_EXISTS,
  IMAGE_DIGEST_MISMATCH: grpc.status.FAILED_PRECONDITION,
  OBJECT_MISSING: grpc.status.NOT_FOUND,
  OBJECT_CORRUPT: grpc.status.DATA_LOSS,
  IMAGE_SERVER_UNREACHABLE: grpc.status.UNAVAILABLE,
  UNPACKER_FAILED: grpc.status.ABORTED,
  ROLE_REFUSED: grpc.status.PERMISSION_DENIED,
  CERTIFICATE_REFUSED: grpc.status.UNAUTHENTICATED,
};

/** An error as a call ends with it: a status code, and `google.rpc.ErrorInfo` with our code, resource and remedy. */
export const toGrpcStatus = (reason: unknown): grpc.StatusObject => {
  const error = toAmiPublisherError(reason);
  const code = statusOf[error.code] ?? grpc.status.INTERNAL;
  const { ErrorInfo, Status } = statusMessages();
  const info = ErrorInfo.serialize({
    reason: error.code,
    domain,
    metadata: {
      retryable: String(error.retryable),
      ...(error.resource !== undefined && { resource: error.resource }),
      ...(error.remedy !== undefined && { remedy: error.remedy }),
    },
  });
  const metadata = new grpc.Metadata();
  metadata.set(
    detailsKey,
    Status.serialize({ code, message: error.summary, details: [{ type_url: errorInfoType, value: info }] }),
  );
  return { code, details: error.summary, metadata };
};

export interface CallSite {
  /** For messages: `unpacker:UnpackImage`. */
  readonly call: string;
  readonly address: string;
  /** What messages call the address. */
  readonly name: string;
  /** The code of a server that does not answer. */
  readonly unreachable: 'UNPACKER_UNREACHABLE' | 'IMAGE_SERVER_UNREACHABLE';
  /** What the client presented; asked for when the server drops the connection. */
  readonly tls?: ClientTls | undefined;
}

/** The error that a failed call ended with, back as one of ours. */
export const fromGrpcError = async (reason: unknown, site: CallSite): Promise<AmiPublisherError> => {
  if (isAmiPublisherError(reason)) return reason;
  if (!isServiceError(reason)) return toAmiPublisherError(reason);
  return detailedError(reason, site) ?? (await unavailableError(reason, site)) ?? plainError(reason, site);
};

const isServiceError = (reason: unknown): reason is grpc.ServiceError =>
  reason instanceof Error && 'code' in reason && 'details' in reason && 'metadata' in reason;

const detailedError = (error: grpc.ServiceError, site: CallSite): AmiPublisherError | undefined => {
  const [details] = error.metadata.get(detailsKey);
  if (!(details instanceof Buffer)) return undefined;
  const { ErrorInfo, Status } = statusMessages();
  const any = Status.deserialize(details).details?.find((detail) => detail.type_url === errorInfoType);
  if (any === undefined) return undefined;
  const info = ErrorInfo.deserialize(Buffer.from(any.value as Uint8Array));
  if (info.domain !== domain || !Object.hasOwn(errorCodes, info.reason)) return undefined;
  const { resource, remedy, retryable } = info.metadata;
  return new AmiPublisherError(info.reason as ErrorCode, {
    message: error.details,
    call: site.call,
    retryable: retryable === 'true',
    cause: error,
    ...(resource !== undefined && { resource }),
    ...(remedy !== undefined && { remedy }),
  });
};

/** Words by which our side of TLS says that it does not like the server's certificate. */
const certificateFault = /certificate|self.signed|unable to verify|altname|CERT_/i;

/** A server that shuts down cancels the calls in progress; a cancellation of our own never gets here. */
const gone: readonly grpc.status[] = [grpc.status.UNAVAILABLE, grpc.status.CANCELLED];

const unavailableError = async (
  error: grpc.ServiceError,
  site: CallSite,
): Promise<AmiPublisherError | undefined> => {
  if (!gone.includes(error.code)) return undefined;
  const common = { call: site.call, resource: site.name, cause: error };
  const fault = certificateFault.test(error.details)
    ? error.details
    : site.tls && (await clientCertificateFault(site.address, site.tls));
  if (fault !== undefined) {
    return new AmiPublisherError('CERTIFICATE_REFUSED', {
      ...common,
      message: `${site.call}: no trusted connection to ${site.name}: ${fault}`,
      remedy:
        'check that both certificates are of the same authority (CA.pem), valid now, and of the right name',
    });
  }
  return new AmiPublisherError(site.unreachable, {
    ...common,
    message: `${site.call}: no answer from ${site.name}: ${error.details}`,
    remedy: 'check that the daemon runs there and that the network lets you through',
  });
};

const plainError = (error: grpc.ServiceError, site: CallSite): AmiPublisherError => {
  const common = { call: site.call, resource: site.name, cause: error };
  switch (error.code) {
    case grpc.status.DEADLINE_EXCEEDED:
      return new AmiPublisherError('TIMED_OUT', {
        ...common,
        message: `${site.call} at ${site.name} did not answer in time`,
        remedy: 'look at the log of the daemon there, then try again',
      });
    default:
      return new AmiPublisherError('INTERNAL', {
        ...common,
        message: `${site.call} at ${site.name}: ${grpc.status[error.code]}: ${error.details}`,
      });
  }
};
