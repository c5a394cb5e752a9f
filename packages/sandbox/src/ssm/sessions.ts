import { randomBytes } from 'node:crypto';
import type { Duplex } from 'node:stream';
import type { Identity } from '../credentials/identity.js';

/** An open session of Session Manager. */
export interface Session {
  readonly id: string;
  /** Proves to the data channel that one may use it. */
  readonly token: string;
  readonly accountId: string;
  readonly instanceId: string;
  /** Address of the instance's machine, whose loopback interface it stands for. */
  readonly host: string;
  readonly port: number;
  /** Connections of the data channel. */
  readonly channels: Set<Duplex>;
}

/** The open sessions of all accounts. */
export class Sessions {
  readonly #sessions = new Map<string, Session>();

  open(caller: Identity, place: Pick<Session, 'accountId' | 'instanceId' | 'host' | 'port'>): Session {
    const owner = caller.arn.slice(caller.arn.lastIndexOf('/') + 1);
    const id = `${owner}-${randomBytes(9).toString('hex').slice(0, 17)}`;
    const session = {
      ...place,
      id,
      token: randomBytes(48).toString('base64url'),
      channels: new Set<Duplex>(),
    };
    this.#sessions.set(id, session);
    return session;
  }

  find(id: string): Session | undefined {
    return this.#sessions.get(id);
  }

  /** All open ones. */
  list(): readonly Session[] {
    return [...this.#sessions.values()];
  }

  /** Ends a session and the connections through it, as `TerminateSession` does, or a limit of the account's preferences. */
  end(id: string): void {
    const session = this.#sessions.get(id);
    this.#sessions.delete(id);
    for (const channel of session?.channels ?? []) channel.destroy();
  }

  /** Ends all. */
  close(): void {
    for (const { id } of this.list()) this.end(id);
  }
}
