import { createHash, randomBytes } from 'node:crypto';
import type { Clock } from '@ami-publisher/base';
import type { Kysely } from 'kysely';
import { asDatabaseError } from '../store/database.js';
import type { StoredKey, Tables } from '../store/tables.js';
import { isUsable } from './keys.js';

/** How long a browser stays logged in, ms. */
export const sessionMs = 12 * 3_600_000;

const tokenBytes = 32;

/** Sessions of browsers. A browser has a random token and never the key; the database has a hash of the token. */
export class SessionStore {
  readonly #db: Kysely<Tables>;
  readonly #clock: Clock;

  constructor(db: Kysely<Tables>, clock: Clock) {
    this.#db = db;
    this.#clock = clock;
  }

  /** Begins a session of a key, and forgets those that are over. @returns the token. */
  async begin({ id }: StoredKey): Promise<string> {
    const token = randomBytes(tokenBytes).toString('base64url');
    const now = this.#clock.now();
    const createdAt = new Date(now);
    const expiresAt = new Date(now + sessionMs);
    return this.#asking(async () => {
      await this.#db.deleteFrom('sessions').where('expiresAt', '<', createdAt).execute();
      await this.#db
        .insertInto('sessions')
        .values({ hash: hashOf(token), keyId: id, createdAt, expiresAt })
        .execute();
      return token;
    });
  }

  /** The key that a session began with; undefined if the session is over, or the key cannot be used any more. */
  async find(token: string): Promise<StoredKey | undefined> {
    const now = this.#clock.now();
    const key = await this.#asking(() =>
      this.#db
        .selectFrom('sessions')
        .innerJoin('apiKeys', 'apiKeys.id', 'sessions.keyId')
        .selectAll('apiKeys')
        .where('sessions.hash', '=', hashOf(token))
        .where('sessions.expiresAt', '>', new Date(now))
        .executeTakeFirst(),
    );
    return key !== undefined && isUsable(key, now) ? key : undefined;
  }

  /** Ends a session, if there is one. */
  async end(token: string): Promise<void> {
    await this.#asking(() => this.#db.deleteFrom('sessions').where('hash', '=', hashOf(token)).execute());
  }

  async #asking<T>(ask: () => Promise<T>): Promise<T> {
    try {
      return await ask();
    } catch (reason) {
      throw asDatabaseError(reason);
    }
  }
}

const hashOf = (token: string): string => createHash('sha256').update(token).digest('hex');
