import { request as plainRequest } from 'node:http';
import { request as tlsRequest } from 'node:https';
import type { TLSSocket } from 'node:tls';
import { AmiPublisherError, type ErrorCode, endpointOf, isAmiPublisherError } from '@ami-publisher/base';
import { isLoopback } from './loopback.js';
import { type ServerName, serverNameMatches, wrongServer } from './names.js';
import type { ClientTls } from './tls.js';

/** What a daemon shows to whoever asks whether it is ready. */
export interface ProbedDaemon {
  /** Whether it takes new work. */
  readonly isReady: boolean;
  /** What it says about that, in a line. */
  readonly says: string;
  /** How far its clock is ahead of this machine's, ms; to a second or so. Undefined if it does not tell its time. */
  readonly clockAheadMs: number | undefined;
  /** End of its certificate's validity, milliseconds since the Unix epoch; undefined in plain text. */
  readonly certificateExpiresAt: number | undefined;
}

export interface ProbeOptions {
  /** `host:port` */
  readonly address: string;
  readonly tls: ClientTls | undefined;
  readonly expect: ServerName;
  readonly signal?: AbortSignal | undefined;
  /** How long it may take to answer, ms. @default 10,000 */
  readonly timeoutMs?: number | undefined;
}

const defaultTimeoutMs = 10_000;
const maxSaid = 200;

const unreachableCodes = {
  imageserver: 'IMAGE_SERVER_UNREACHABLE',
  unpacker: 'UNPACKER_UNREACHABLE',
} as const satisfies Record<ServerName['service'], ErrorCode>;

/** Faults of a chain of certificates, as Node names them, and of the peer that does not take ours. */
const tlsFault = /^(CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|ERR_SSL_|ERR_TLS_|INVALID_)/;

/**
 * Asks a daemon for `/readyz` over a connection of its own, and looks at what its certificate says.
 *
 * @throws `CERTIFICATE_REFUSED` if one of the two does not trust the other, `IMAGE_SERVER_UNREACHABLE` or `UNPACKER_UNREACHABLE`.
 */
export const probeDaemon = (options: ProbeOptions): Promise<ProbedDaemon> =>
  new Promise((resolve, reject) => {
    const { address, tls, expect, signal, timeoutMs = defaultTimeoutMs } = options;
    const common = {
      ...endpointOf(address),
      path: '/readyz',
      agent: false as const,
      timeout: timeoutMs,
      ...(signal && { signal }),
    };
    const request =
      tls === undefined
        ? plainRequest(common)
        : tlsRequest({
            ...common,
            ...tls,
            checkServerIdentity: (_host, certificate) =>
              serverNameMatches(certificate.subjectaltname, expect)
                ? undefined
                : wrongServer(certificate.subjectaltname, expect),
          });
    if (tls === undefined && !isLoopback(address)) request.destroy(new Error('plain text off loopback'));
    request.once('timeout', () => request.destroy(new Error(`no answer within ${timeoutMs / 1000} s`)));
    request.once('error', (reason) => reject(unanswered(reason, options)));
    request.once('response', (response) => {
      const expiry = (response.socket as Partial<TLSSocket>).getPeerX509Certificate?.()?.validTo;
      const date = Date.parse(response.headers.date ?? '');
      const clockAheadMs = Number.isNaN(date) ? undefined : date - Date.now();
      let said = '';
      response.setEncoding('utf8');
      response.on('data', (text: string) => {
        said = (said + text).slice(0, maxSaid);
      });
      response.once('error', (reason) => reject(unanswered(reason, options)));
      response.once('end', () =>
        resolve({
          isReady: response.statusCode === 200,
          says: said.trim().split('\n')[0] ?? '',
          clockAheadMs,
          certificateExpiresAt: expiry === undefined ? undefined : Date.parse(expiry),
        }),
      );
    });
    request.end();
  });

const unanswered = (reason: NodeJS.ErrnoException, { address, expect }: ProbeOptions): AmiPublisherError => {
  if (isAmiPublisherError(reason)) return reason;
  const isTls = tlsFault.test(reason.code ?? '');
  return new AmiPublisherError(isTls ? 'CERTIFICATE_REFUSED' : unreachableCodes[expect.service], {
    message: `${expect.service} at ${address}: ${reason.message || reason.code}`,
    resource: address,
    remedy: isTls
      ? 'give both certificates of the same authority that have not expired (`ami-publisher certs create`)'
      : 'start it, let the network through to it, or name another address',
    cause: reason,
  });
};
