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

/** What this package asks of AWS Systems Manager in one target. */
export interface SsmApi {
  /** URL of the service that the latest call went to, for the session plugin; empty before the first. */
  endpoint(): string;
  /** The AWS profile whose credentials are used; undefined where it is not a profile alone that gives them. */
  readonly profile: string | undefined;
  startSession(request: SessionRequest): Promise<SessionAnswer>;
  terminateSession(sessionId: string): Promise<void>;
}
