import type { Membership } from '../kms/key-access.js';

/** Whether AWS takes an account's credentials. */
export type CredentialState = 'valid' | 'disabled' | 'expired';

/** An account of the sandbox. */
export interface Account {
  /** Twelve digits. */
  readonly id: string;
  /** Label of the account, its profile's name. */
  readonly name: string;
  /** Names of the regions that it has enabled. */
  readonly regions: Set<string>;
  /** EC2 actions that its identities may not call, such as `CreateSnapshot`. */
  readonly deniedActions: Set<string>;
  credentials: CredentialState;
  /** Where it is in an organization; undefined for an account of its own. */
  membership: Membership | undefined;
}

/** An account with nothing in it, for which the regions are enabled. */
export const newAccount = (
  { id, name }: { id: string; name: string },
  regions: readonly string[],
): Account => ({
  id,
  name,
  regions: new Set(regions),
  deniedActions: new Set(),
  credentials: 'valid',
  membership: undefined,
});
