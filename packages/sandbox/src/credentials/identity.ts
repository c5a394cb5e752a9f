/** Who calls. */
export interface Identity {
  readonly accountId: string;
  readonly arn: string;
  readonly userId: string;
  /** Whether it came by session keys, which cannot be used for everything. */
  readonly isSession: boolean;
}

/** Keys that AWS would hand out, with the identity behind them. */
export interface AccessKey {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Session keys only. */
  readonly sessionToken: string | undefined;
  /** Milliseconds since the epoch; session keys only. */
  readonly expiresAt: number | undefined;
  readonly identity: Identity;
}

/** A role that may be assumed. */
export interface Role {
  readonly arn: string;
  readonly accountId: string;
  readonly name: string;
  readonly id: string;
  /** Accounts whose identities may assume it. */
  readonly trustedAccounts: ReadonlySet<string>;
}
