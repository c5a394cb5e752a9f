import type { Clock } from '@ami-publisher/base';
import type { Identity } from '../credentials/identity.js';
import type { Keyring } from '../credentials/keyring.js';
import type { Account } from '../model/account.js';

export interface StsContext {
  /** Undefined for a request without a signature. */
  readonly caller: Identity | undefined;
  readonly clock: Clock;
  readonly keyring: Keyring;
  readonly account: (id: string) => Account | undefined;
}
