import { AmiPublisherError } from '@ami-publisher/base';
import { apiKeySecret, lifecycleOperations } from '@ami-publisher/core';
import type { StoredKey } from '../store/tables.js';
import type { KeySecrets } from './key-secrets.js';
import type { KeyStore, NewKey } from './key-store.js';
import { hasKeyForm, keyId, mayDo } from './keys.js';

/** A secret, and whose key is in it. */
export interface HeldSecret {
  readonly secret: string;
  /** Name of the key; null for something that is no key of this server. */
  readonly name: string | null;
}

/** All secrets that clients look into. */
const allSecrets = lifecycleOperations.map(apiKeySecret).filter((secret) => secret !== undefined);

/** Keys that are put where clients look for them, and that nobody gets to see. */
export class SharedKeys {
  readonly #keys: KeyStore;
  readonly #secrets: KeySecrets;

  constructor(keys: KeyStore, secrets: KeySecrets) {
    this.#keys = keys;
    this.#secrets = secrets;
  }

  /**
   * Makes a key and puts it into the secrets of all operations that it is good for. Where somebody else's key is, it stays.
   *
   * @throws `INVALID_OPTION` if there is no place for it; what `KeyStore.create` throws. There is no new key then.
   */
  async create(newKey: NewKey): Promise<readonly HeldSecret[]> {
    const key = await this.#keys.create(newKey);
    try {
      return await this.#share(key, newKey.name);
    } catch (reason) {
      // Nobody has it, and so nobody could use it.
      await this.#keys.revoke(newKey.name);
      throw reason;
    }
  }

  /** Makes another key of a name and puts it where the one before is. If that fails, the one before goes on for its while: rotate again. */
  async rotate(name: string, overlapMs: number): Promise<readonly HeldSecret[]> {
    return this.#share(await this.#keys.rotate(name, overlapMs), name);
  }

  /** Ends all keys of a name at once, and removes the secrets that hold one. */
  async revoke(name: string): Promise<void> {
    try {
      await this.#keys.revoke(name);
    } finally {
      for (const held of await this.held()) if (held.name === name) await this.#secrets.remove(held.secret);
    }
  }

  /** All secrets that there are. */
  async held(): Promise<readonly HeldSecret[]> {
    const rows = await this.#keys.list();
    const found: HeldSecret[] = [];
    for (const secret of allSecrets) {
      const value = await this.#secrets.read(secret);
      if (value !== undefined) found.push({ secret, name: nameOf(rows, value) });
    }
    return found;
  }

  async #share(key: string, name: string): Promise<readonly HeldSecret[]> {
    const row = await this.#keys.find(key);
    const wanted = lifecycleOperations
      .filter((operation) => row !== undefined && mayDo(row, operation))
      .map(apiKeySecret)
      .filter((secret) => secret !== undefined);
    const held: HeldSecret[] = [];
    for (const secret of wanted) {
      const before = await this.#secrets.read(secret);
      const holder = before === undefined ? undefined : await this.#keys.find(before);
      const isOthers = holder !== undefined && holder.name !== name;
      if (!isOthers) await this.#secrets.write(secret, key);
      held.push({ secret, name: isOthers ? holder.name : name });
    }
    if (held.every((one) => one.name !== name)) throw noPlace(name);
    return held;
  }
}

const nameOf = (rows: readonly StoredKey[], value: string): string | null =>
  (hasKeyForm(value) && rows.find(({ id }) => id === keyId(value))?.name) || null;

const noPlace = (name: string): AmiPublisherError =>
  new AmiPublisherError('INVALID_OPTION', {
    message: `there is no secret for the key ${name}: others hold those of its operations, or clients look for none`,
    remedy:
      'see `ami-orchestrator keys list --store secretsmanager`; revoke the others, or have this one printed',
  });
