import type { Socket } from 'node:net';
import type { Identity } from './certificate-files.js';

/** A protocol that a server speaks on its one port. */
export interface WireProtocol {
  /** Name in TLS's application layer negotiation. */
  readonly alpn?: string;
  /** What its connections begin with; ASCII. */
  readonly prefixes: readonly string[];
  /** Whether its connections begin in plain text where those of others are within TLS: it secures them itself. @default false */
  readonly beginsPlain?: boolean;
  /** Is given the certificate of a server that has one, before the first connection and whenever it has changed. */
  readonly secureWith?: (identity: Identity) => void;
  /** Takes a connection over, of which nothing has been consumed. */
  readonly accept: (socket: Socket) => void;
  /** Ends each connection as soon as nothing is under way on it. */
  readonly drain: () => void;
}

/**
 * The protocol of a connection by its first bytes.
 *
 * @returns undefined if it is none of them, `undecided` if more bytes are needed.
 */
export const protocolOf = <P extends Pick<WireProtocol, 'prefixes'>>(
  protocols: readonly P[],
  bytes: Uint8Array,
): P | 'undecided' | undefined => {
  const start = Buffer.from(bytes).toString('latin1');
  const certain = protocols.find(({ prefixes }) => prefixes.some((prefix) => start.startsWith(prefix)));
  if (certain !== undefined) return certain;
  const possible = protocols.some(({ prefixes }) => prefixes.some((prefix) => prefix.startsWith(start)));
  return possible ? 'undecided' : undefined;
};
