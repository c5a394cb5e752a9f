import { AmiPublisherError, type Clock } from '@ami-publisher/base';
import type { LifecycleOperation } from '@ami-publisher/core';
import type { Kysely } from 'kysely';
import { columns } from '../store/columns.js';
import { asDatabaseError } from '../store/database.js';
import type { StoredKey, Tables } from '../store/tables.js';
import { hasKeyForm, isKeyOf, isUsable, keyHash, keyId, newKey, type Role } from './keys.js';

/** What a new key is good for. */
export interface NewKey {
  /** Whose it is; stands in the audit log and in approvals. */
  readonly name: string;
  readonly roles: readonly Role[];
  /** Besides those of its roles. */
  readonly operations: readonly LifecycleOperation[];
  /** @default null: never */
  readonly expiresAt?: Date | null;
}

/** Compared with where no key has the id, so that both cases take as long. */
const nobody: Pick<StoredKey, 'hash'> = { hash: keyHash('') };

/** The keys of a server, of which only hashes are kept. */
export class KeyStore {
  readonly #db: Kysely<Tables>;
  readonly #clock: Clock;

  constructor(db: Kysely<Tables>, clock: Clock) {
    this.#db = db;
    this.#clock = clock;
  }

  /**
   * Makes a key. Nobody can read it again.
   *
   * @throws `INVALID_OPTION` if somebody of that name has one that is in use.
   */
  async create({ name, roles, operations, expiresAt = null }: NewKey): Promise<string> {
    const inUse = (await this.list()).find((key) => key.name === name && isUsable(key, this.#clock.now()));
    if (inUse !== undefined) {
      throw new AmiPublisherError('INVALID_OPTION', {
        message: `there is a key of the name ${name} that is in use`,
        remedy: 'rotate it, revoke it, or take another name',
      });
    }
    return this.#insert({ name, roles, operations, expiresAt });
  }

  /**
   * Makes another key of a name; those that were in use go on to be for a while.
   *
   * @throws `INVALID_OPTION` if nobody of that name has a key that is in use.
   */
  async rotate(name: string, overlapMs: number): Promise<string> {
    const now = this.#clock.now();
    const usable = (await this.list()).filter((key) => key.name === name && isUsable(key, now));
    const latest = usable.at(-1);
    if (latest === undefined) throw unknownName(name);
    const end = new Date(now + overlapMs);
    for (const { id, expiresAt } of usable) {
      if (expiresAt !== null && expiresAt < end) continue;
      await this.#db.updateTable('apiKeys').set({ expiresAt: end }).where('id', '=', id).execute();
    }
    const { roles, operations, expiresAt } = latest;
    return this.#insert({
      name,
      roles: roles as Role[],
      operations: operations as LifecycleOperation[],
      expiresAt,
    });
  }

  /** Ends all keys of a name at once. @throws `INVALID_OPTION` if there is none. */
  async revoke(name: string): Promise<void> {
    const revoked = await this.#db
      .updateTable('apiKeys')
      .set({ revokedAt: new Date(this.#clock.now()) })
      .where('name', '=', name)
      .where('revokedAt', 'is', null)
      .returning('id')
      .execute();
    if (revoked.length === 0) throw unknownName(name);
  }

  /** All keys, oldest first. */
  async list(): Promise<readonly StoredKey[]> {
    return this.#db.selectFrom('apiKeys').selectAll().orderBy('createdAt').orderBy('id').execute();
  }

  /** The row of a key that can be used now; undefined if there is none. */
  async find(key: string): Promise<StoredKey | undefined> {
    if (!hasKeyForm(key)) return undefined;
    try {
      const found = await this.#db
        .selectFrom('apiKeys')
        .selectAll()
        .where('id', '=', keyId(key))
        .executeTakeFirst();
      const isRight = isKeyOf(key, found ?? nobody);
      return found !== undefined && isRight && isUsable(found, this.#clock.now()) ? found : undefined;
    } catch (reason) {
      throw asDatabaseError(reason);
    }
  }

  async #insert({ name, roles, operations, expiresAt = null }: NewKey): Promise<string> {
    const key = newKey();
    const createdAt = new Date(this.#clock.now());
    const row = {
      id: keyId(key),
      name,
      hash: keyHash(key),
      roles,
      operations,
      createdAt,
      expiresAt,
      revokedAt: null,
    };
    await this.#db.insertInto('apiKeys').values(columns(row)).execute();
    return key;
  }
}

const unknownName = (name: string): AmiPublisherError =>
  new AmiPublisherError('INVALID_OPTION', {
    message: `there is no key of the name ${name} that is in use`,
    remedy: 'see `ami-orchestrator keys list`',
  });
