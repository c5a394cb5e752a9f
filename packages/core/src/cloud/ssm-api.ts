import type {
  StartSessionRequest,
  StartSessionResponse,
  TerminateSessionRequest,
  TerminateSessionResponse,
} from '@aws-sdk/client-ssm';
import type { CallOptions } from './ec2-api.js';

/** What this package asks of AWS Systems Manager in one target. */
export interface SsmApi {
  /** URL of the service that the latest call went to, for the session plugin; empty before the first. */
  endpoint(): string;
  /** The AWS profile whose credentials are used; undefined where it is not a profile alone that gives them. */
  readonly profile: string | undefined;
  startSession(input: StartSessionRequest, options?: CallOptions): Promise<StartSessionResponse>;
  terminateSession(input: TerminateSessionRequest, options?: CallOptions): Promise<TerminateSessionResponse>;
}
