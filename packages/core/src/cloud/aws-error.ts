import { AmiPublisherError, cancelled, type ErrorCode, isAmiPublisherError } from '@ami-publisher/base';

interface Rule {
  /** Matches the AWS error code. */
  readonly when: RegExp;
  readonly code: ErrorCode;
  readonly remedy?: string;
}

/** From specific to general; the first that fits decides. Codes: EC2 API reference, "Error codes"; STS API reference. */
const rules: readonly Rule[] = [
  {
    when: /^(ExpiredToken|ExpiredTokenException|RequestExpired|TokenRefreshRequired)$/,
    code: 'CREDENTIALS_EXPIRED',
    remedy: 'log in again (for example `aws sso login --profile NAME`) or renew the keys',
  },
  {
    when: /^(CredentialsProviderError|ProviderError|TokenProviderError)$/,
    code: 'CREDENTIALS_MISSING',
    remedy:
      'check the profile in the AWS configuration files; `aws sts get-caller-identity --profile NAME` must work',
  },
  {
    when: /^(AuthFailure|InvalidClientTokenId|UnrecognizedClientException|SignatureDoesNotMatch|InvalidSignatureException|IncompleteSignature)$/,
    code: 'ACCESS_DENIED',
    remedy: 'check that the keys are active, the clock is right and the region is enabled for the account',
  },
  {
    when: /^(UnauthorizedOperation|AccessDenied|AuthorizationErrorException|AccessDeniedException|Client\.UnauthorizedOperation|OptInRequired)$/,
    code: 'ACCESS_DENIED',
    remedy: 'compare your IAM policies with docs/iam.md, or look for a service control policy that denies it',
  },
  {
    when: /^(RequestLimitExceeded|CallRateLimitExceededException|Throttling|ThrottlingException|ThrottledException|RequestThrottled|TooManyRequestsException|SlowDown|SnapshotCreationPerVolumeRateExceeded|ConcurrentSnapshotLimitExceeded)$/,
    code: 'AWS_THROTTLED',
    remedy: 'lower --concurrency, or ask AWS for a higher request rate',
  },
  {
    when: /^InvalidAMIName\.Duplicate$/,
    code: 'AMI_NAME_TAKEN',
    remedy: 'choose another --ami-name, or deregister the AMI that has it',
  },
  {
    when: /LimitExceeded|QuotaExceeded|InsufficientVolumeCapacity|InsufficientInstanceCapacity/,
    code: 'AWS_QUOTA_EXCEEDED',
    remedy: 'ask AWS for a higher quota or free resources',
  },
  {
    when: /^TargetNotConnected$/,
    code: 'UNPACKER_UNREACHABLE',
    remedy:
      'check that the instance runs the SSM agent, that its role has the policy AmazonSSMManagedInstanceCore, and that it can reach the endpoints ssm and ssmmessages of its region',
  },
  {
    when: /^OperationNotPermitted$/,
    code: 'AWS_REJECTED',
    // EC2 user guide, "Protect an AMI from deregistration": with a cool-down, protection lasts on for 24 hours.
    remedy:
      'if this is about an AMI that was protected with a cool-down, AWS keeps it for 24 hours after its protection was taken off; try again then. An instance with termination protection has to be let go of first (ModifyInstanceAttribute, disableApiTermination)',
  },
  // An AMI that was deregistered is "unavailable".
  { when: /NotFound|\.Unknown$|^InvalidAMIID\.Unavailable$/, code: 'AWS_NOT_FOUND' },
  {
    when: /^(InternalError|InternalFailure|ServiceUnavailable|Unavailable|TimeoutError|NetworkingError|InternalServerError)$/,
    code: 'AWS_UNAVAILABLE',
  },
];

const networkFault = /^(ECONN|EPIPE|ENOTFOUND|EAI_|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|UND_)/;

export interface AwsCall {
  /** `ec2:CreateSnapshot` */
  readonly call: string;
  /** What it was about. */
  readonly resource?: string | undefined;
  /** `account,region` */
  readonly target?: string | undefined;
}

/** The one place where errors of the AWS SDK become ours. */
export const fromAwsError = (reason: unknown, site: AwsCall): AmiPublisherError => {
  if (isAmiPublisherError(reason)) return reason;
  if (!(reason instanceof Error)) return describe('INTERNAL', site, String(reason), reason);
  if (reason.name === 'AbortError') return cancelled(reason);
  const name = awsCode(reason);
  const rule = rules.find((candidate) => candidate.when.test(name));
  const code = rule?.code ?? (isUnavailable(reason) ? 'AWS_UNAVAILABLE' : 'AWS_REJECTED');
  return describe(code, site, `${reason.message || name} (${name})`, reason, rule?.remedy);
};

/** The code that AWS gave, whichever field the SDK put it in. */
export const awsCode = (reason: Error): string => {
  const code = (reason as { readonly Code?: unknown }).Code;
  return typeof code === 'string' ? code : reason.name;
};

/** Whether an error of ours comes from that error of AWS. */
export const isAwsError = (reason: unknown, code: string): boolean =>
  isAmiPublisherError(reason) && reason.cause instanceof Error && awsCode(reason.cause) === code;

/** Whether AWS said that something is not there. */
export const isNotFound = (reason: unknown): boolean =>
  isAmiPublisherError(reason) && reason.code === 'AWS_NOT_FOUND';

const isUnavailable = (reason: Error): boolean => {
  const { code, $metadata } = reason as {
    readonly code?: unknown;
    readonly $metadata?: { readonly httpStatusCode?: number };
  };
  if (typeof code === 'string' && networkFault.test(code)) return true;
  return ($metadata?.httpStatusCode ?? 0) >= 500;
};

const describe = (
  code: ErrorCode,
  site: AwsCall,
  text: string,
  cause: unknown,
  remedy?: string,
): AmiPublisherError =>
  new AmiPublisherError(code, {
    message: `${site.call}${site.resource === undefined ? '' : ` on ${site.resource}`}: ${text}`,
    call: site.call,
    cause,
    ...(site.resource !== undefined && { resource: site.resource }),
    ...(site.target !== undefined && { target: site.target }),
    ...(remedy !== undefined && { remedy }),
  });

/** @returns the error of an AWS answer that lacks the id of what was made. */
export const noId = (call: string, what: string): AmiPublisherError =>
  new AmiPublisherError('AWS_UNEXPECTED_ANSWER', {
    message: `${call} answered without the id of the ${what}`,
    call,
  });
