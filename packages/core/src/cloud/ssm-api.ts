import type { CallOptions } from './ec2-api.js';

/** Asks for a session; names as in AWS's API. Types of our own, because the AWS client is an optional dependency. */
export interface SessionRequest {
  /** The instance. */
  readonly Target: string;
  readonly DocumentName: string;
  readonly Parameters: Record<string, string[]>;
  readonly Reason: string;
}

/** What AWS answers; its documentation promises all three. */
export interface SessionAnswer {
  readonly SessionId?: string | undefined;
  readonly StreamUrl?: string | undefined;
  /** Lets whoever has it into the session. */
  readonly TokenValue?: string | undefined;
}

/** A parameter as AWS tells of it; without its value in a description. */
export interface SsmParameter {
  readonly Name?: string | undefined;
  readonly Value?: string | undefined;
}

/** Which parameters to tell of, and which page of them. */
export interface ParametersRequest {
  /** `String`, `StringList` or `SecureString`. */
  readonly types: readonly string[];
  readonly page: { readonly NextToken?: string };
}

/** A parameter that is to be written. */
export interface ParameterToPut {
  readonly name: string;
  readonly value: string;
  /** `aws:ec2:image` has AWS check that it is an AMI that the account can use. */
  readonly dataType: 'text' | 'aws:ec2:image';
}

/** What this package asks of AWS Systems Manager in one target. */
export interface SsmApi {
  /** URL of the service that the latest call went to, for the session plugin; empty before the first. */
  endpoint(): string;
  /** The AWS profile whose credentials are used; undefined where it is not a profile alone that gives them. */
  readonly profile: string | undefined;
  startSession(request: SessionRequest): Promise<SessionAnswer>;
  describeParameters(
    request: ParametersRequest,
    options?: CallOptions,
  ): Promise<{
    readonly Parameters?: readonly SsmParameter[] | undefined;
    readonly NextToken?: string | undefined;
  }>;
  /** Values of at most ten parameters; names that are none are left out. */
  getParameters(
    names: readonly string[],
    options?: CallOptions,
  ): Promise<{ readonly Parameters?: readonly SsmParameter[] | undefined }>;
  /** Writes a parameter of the type `String` over what it held. */
  putParameter(request: ParameterToPut, options?: CallOptions): Promise<void>;
  /** @throws `AWS_NOT_FOUND` */
  deleteParameter(name: string, options?: CallOptions): Promise<void>;
  terminateSession(sessionId: string): Promise<void>;
}
