import { ApiError, authFailure } from '../model/api-error.js';
import type { ServiceName } from '../services/services.js';
import type { Dialect } from '../wire/dialect.js';

/** The services that the sandbox answers. */
export type Service = Dialect['service'] | ServiceName | 'ssm' | 's3';

type Refusals = Readonly<Record<'unknown' | 'signature' | 'expired', () => ApiError>>;

/** Of the services with AWS's query protocol. */
const queryRefusals: Refusals = {
  unknown: () =>
    new ApiError('InvalidClientTokenId', 'The security token included in the request is invalid.'),
  signature: () =>
    new ApiError(
      'SignatureDoesNotMatch',
      'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method.',
    ),
  expired: () => new ApiError('ExpiredToken', 'The security token included in the request is expired'),
};

/** Of the services with one of AWS's JSON protocols. */
const jsonRefusals: Refusals = {
  unknown: () =>
    new ApiError('UnrecognizedClientException', 'The security token included in the request is invalid.'),
  signature: () =>
    new ApiError(
      'InvalidSignatureException',
      'The request signature we calculated does not match the signature you provided.',
    ),
  expired: () =>
    new ApiError('ExpiredTokenException', 'The security token included in the request is expired'),
};

/** What each service says to credentials that it does not take. */
export const credentialRefusals: Readonly<Record<Service, Refusals>> = {
  autoscaling: queryRefusals,
  cloudformation: queryRefusals,
  ec2: {
    unknown: authFailure,
    signature: authFailure,
    expired: () => new ApiError('RequestExpired', 'Request has expired.'),
  },
  kms: jsonRefusals,
  sns: queryRefusals,
  sts: queryRefusals,
  imagebuilder: jsonRefusals,
  inspector2: jsonRefusals,
  secretsmanager: jsonRefusals,
  servicequotas: jsonRefusals,
  ssm: jsonRefusals,
  s3: {
    unknown: () =>
      new ApiError(
        'InvalidAccessKeyId',
        'The AWS Access Key Id you provided does not exist in our records.',
        403,
      ),
    signature: () =>
      new ApiError(
        'SignatureDoesNotMatch',
        'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
      ),
    expired: () => new ApiError('ExpiredToken', 'The provided token has expired.', 400),
  },
};
