/**
 * An error as AWS answers it. It is part of what the cloud says, not a fault of this software, so it carries AWS's own code; the HTTP
 * front writes it in the XML shape of the service that was called.
 */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  /** AWS's code, such as `InvalidVolume.NotFound`. */
  readonly code: string;
  /** HTTP status of the answer. */
  readonly status: number;

  constructor(code: string, message: string, status = statusOf(code)) {
    super(message);
    this.code = code;
    this.status = status;
  }
}

/** Codes that are not answered with 400, as the EC2 and STS API references list them. */
const statusByCode: Readonly<Record<string, number>> = {
  AccessDenied: 403,
  AuthFailure: 401,
  DryRunOperation: 412,
  ExpiredToken: 403,
  InternalError: 500,
  InternalFailure: 500,
  InternalServerError: 500,
  InvalidClientTokenId: 403,
  MissingAuthenticationToken: 403,
  RequestLimitExceeded: 503,
  ServiceUnavailable: 503,
  SignatureDoesNotMatch: 403,
  UnauthorizedOperation: 403,
  Unavailable: 503,
};

const statusOf = (code: string): number => statusByCode[code] ?? 400;

/** `MissingParameter`, naming the parameter as EC2 does, in lower camel case. */
export const missingParameter = (name: string): ApiError =>
  new ApiError('MissingParameter', `The request must contain the parameter ${name}`);

/** `InvalidParameterValue` for one parameter. */
export const invalidParameter = (name: string, value: unknown, rule: string): ApiError =>
  new ApiError('InvalidParameterValue', `Value (${String(value)}) for parameter ${name} is invalid. ${rule}`);

/** `InvalidParameterCombination`, with AWS's kind of sentence. */
export const invalidCombination = (message: string): ApiError =>
  new ApiError('InvalidParameterCombination', message);

/**
 * The value itself.
 *
 * @throws `MissingParameter` if it is absent.
 */
export const required = <T>(value: T | undefined, name: string): T => {
  if (value === undefined || value === '') throw missingParameter(name);
  return value;
};

/** What EC2 says to credentials that it does not take, and in regions that the account has not enabled. */
export const authFailure = (): ApiError =>
  new ApiError('AuthFailure', 'AWS was not able to validate the provided access credentials');

/** What EC2 says to a caller that calls too often. */
export const throttled = (): ApiError => new ApiError('RequestLimitExceeded', 'Request limit exceeded.');
