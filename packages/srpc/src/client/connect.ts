import { AmiPublisherError, cancelled, type Deadlines, isAmiPublisherError } from '@ami-publisher/base';
import type { KeyPair } from '../certificate/key-pairs.js';
import { WireFault } from '../wire/wire-fault.js';
import { SrpcConnection } from './connection.js';
import { Dialled } from './dial.js';
import { broken, type Site } from './site.js';

/** Where a connection goes, and what it may present. */
export interface ConnectOptions {
  /** `host:port`, or `unix:/path`. */
  readonly address: string;
  readonly site: Site;
  /** Tried in this order; none means plain text. */
  readonly pairs: readonly KeyPair[];
  /** The authorities that may have signed the server's certificate, PEM; undefined accepts any server. */
  readonly ca: Buffer | undefined;
  readonly deadlines: Deadlines;
  /** Until the first ping is answered, for each pair, ms. */
  readonly connectTimeoutMs: number;
  /** Ends the attempt. */
  readonly signal: AbortSignal;
  /** Ends the connection. */
  readonly closing: AbortSignal;
}

/** A connection, and which key pair it was made with. */
export interface Connected {
  readonly connection: SrpcConnection;
  readonly pair: KeyPair | undefined;
}

/**
 * Connects with the first key pair that the server takes. A server of Go takes a certificate by the authorities that it names, which Node does not
 * look at: so each is tried.
 *
 * @throws `CERTIFICATE_REFUSED` if the server takes none, `PROTOCOL_UNSUPPORTED`, `TIMED_OUT`, `CANCELLED`, or that it is unreachable.
 */
export const connectFirst = async (options: ConnectOptions): Promise<Connected> => {
  const refusals: AmiPublisherError[] = [];
  const { pairs } = options;
  for (const pair of pairs.length === 0 ? [undefined] : pairs) {
    try {
      return { connection: await connectWith(pair, options), pair };
    } catch (reason) {
      if (!isAmiPublisherError(reason) || reason.code !== 'CERTIFICATE_REFUSED') throw reason;
      refusals.push(reason);
    }
  }
  throw refusals.length > 1 ? allRefused(options, refusals) : refusals[0];
};

/** The steps of a connection, for messages. */
type Phase = 'CONNECT' | 'ping';

const connectWith = async (pair: KeyPair | undefined, options: ConnectOptions): Promise<SrpcConnection> => {
  const { address, ca, closing, connectTimeoutMs, deadlines, signal, site } = options;
  if (signal.aborted) throw reasonOf(signal);
  const dialled = new Dialled({ address, site, pair, ca });
  let phase: Phase = 'CONNECT';
  let endedBy: Error | undefined;
  const end = (reason: Error): void => {
    endedBy ??= reason;
    dialled.destroy();
  };
  const onAbort = (): void => end(reasonOf(signal));
  signal.addEventListener('abort', onAbort, { once: true });
  const callOff = deadlines.set(connectTimeoutMs, () => end(tooSlow(site, phase, connectTimeoutMs)));
  try {
    const stream = await dialled.upgrade();
    phase = 'ping';
    const connection = new SrpcConnection({ stream, site, deadlines, closing });
    // Since TLS 1.3 a certificate is judged after the handshake, so that only an answer tells that it is taken.
    await connection.ping({ timeoutMs: connectTimeoutMs });
    return connection;
  } catch (reason) {
    dialled.destroy();
    throw endedBy ?? certificateFault(reason, { site, pair, phase }) ?? broken(site, 'CONNECT', reason);
  } finally {
    callOff();
    signal.removeEventListener('abort', onAbort);
  }
};

const reasonOf = (signal: AbortSignal): Error =>
  isAmiPublisherError(signal.reason) ? signal.reason : cancelled(signal.reason);

const tooSlow = (site: Site, phase: Phase, ms: number): AmiPublisherError =>
  new AmiPublisherError(site.kind.unreachable, {
    message: `${site.kind.name}:${phase}: no answer from ${site.peer} within ${ms / 1000} s`,
    call: `${site.kind.name}:${phase}`,
    resource: site.peer,
    remedy: 'check that the daemon runs there and that the network lets you through',
  });

/** How a server says in TLS that it does not take a certificate (alerts 42 to 49 and 116). */
const alert = /ALERT_(BAD_CERTIFICATE|UNSUPPORTED_CERTIFICATE|CERTIFICATE_\w+|UNKNOWN_CA|ACCESS_DENIED)/;
/** How our side of TLS says that it does not take the server's. */
const ours = /^(DEPTH_ZERO_)?SELF_SIGNED|^UNABLE_TO_|^CERT_|^ERR_TLS_CERT|^ERR_OSSL|^ERR_CRYPTO/;
/** How a connection ends that the server drops without a word. */
const dropped = /^(ECONNRESET|EPIPE)$/;

interface Attempt {
  readonly site: Site;
  readonly pair: KeyPair | undefined;
  readonly phase: Phase;
}

/** The error if it was about a certificate, the server's or ours. */
const certificateFault = (reason: unknown, attempt: Attempt): AmiPublisherError | undefined => {
  const { site, pair } = attempt;
  if (pair === undefined) return undefined;
  const fault = faultOf(isAmiPublisherError(reason) ? reason.cause : reason, attempt);
  if (fault === undefined) return undefined;
  return new AmiPublisherError('CERTIFICATE_REFUSED', {
    message: `no trusted connection to ${site.peer} with the client certificate ${pair.name}: ${fault}`,
    call: `${site.kind.name}:CONNECT`,
    resource: site.peer,
    remedy: 'check that both certificates are valid now, and of authorities that the other side trusts',
    cause: reason,
  });
};

const faultOf = (reason: unknown, { phase }: Attempt): string | undefined => {
  const code = String((reason as NodeJS.ErrnoException | undefined)?.code ?? '');
  if (alert.test(code)) return `the server refuses it (${code})`;
  if (ours.test(code)) return `it or the server's own cannot be used (${code})`;
  const isDropped = dropped.test(code) || (reason instanceof WireFault && reason.kind === 'ended');
  return phase === 'ping' && isDropped ? 'the server closed the connection when it had seen it' : undefined;
};

const allRefused = ({ site }: ConnectOptions, refusals: readonly AmiPublisherError[]): AmiPublisherError =>
  new AmiPublisherError('CERTIFICATE_REFUSED', {
    message: refusals.map(({ summary }) => summary).join('; '),
    call: `${site.kind.name}:CONNECT`,
    resource: site.peer,
    remedy: 'issue a certificate of the authority that the daemon trusts',
    cause: new AggregateError(refusals),
  });
