import { X509Certificate } from 'node:crypto';
import { connect } from 'node:tls';
import { endpointOf } from '@ami-publisher/base';
import type { ClientTls } from './tls.js';

const probeTimeoutMs = 2_000;

/**
 * Why a server drops TLS connections. Since TLS 1.3 a client certificate is judged after the handshake, and gRPC reports no more than a
 * dropped connection; this connects once more and looks when it is dropped: a server that greets nobody refused the certificate.
 *
 * @returns what is wrong with the client certificate, or `undefined` if that is not the reason.
 */
export const clientCertificateFault = async (
  address: string,
  tls: ClientTls,
): Promise<string | undefined> => {
  if (!(await droppedAfterHandshake(address, tls))) return undefined;
  const certificate = new X509Certificate(tls.cert);
  if (Date.parse(certificate.validTo) < Date.now())
    return `the client certificate expired on ${certificate.validTo}`;
  if (!certificate.verify(new X509Certificate(tls.ca).publicKey)) {
    return 'the client certificate is not of the same authority as the server';
  }
  return 'the server refused the client certificate';
};

/** An HTTP/2 server speaks first (RFC 9113, 3.4), so silence up to the end of the connection means refusal. */
const droppedAfterHandshake = (address: string, tls: ClientTls): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({
      ...endpointOf(address),
      ca: tls.ca,
      cert: tls.cert,
      key: tls.key,
      ALPNProtocols: ['h2'],
      // Nothing is sent; the name was checked by the call that failed.
      checkServerIdentity: () => undefined,
    });
    let secured = false;
    const finish = (refused: boolean) => {
      socket.destroy();
      resolve(refused);
    };
    socket.setTimeout(probeTimeoutMs, () => finish(false));
    socket.once('secureConnect', () => {
      secured = true;
    });
    socket.once('data', () => finish(false));
    socket.once('error', () => finish(secured));
    socket.once('close', () => finish(secured));
  });
