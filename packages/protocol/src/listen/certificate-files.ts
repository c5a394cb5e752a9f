import { X509Certificate } from 'node:crypto';
import { createSecureContext, type SecureContextOptions } from 'node:tls';
import { AmiPublisherError, isAmiPublisherError, type Logger } from '@ami-publisher/base';
import { readPem, type ServerTls } from '../tls.js';

/** How often a server looks whether its certificate files have changed, ms. */
const refreshIntervalMs = 10_000;

/** Certificate, key and authority of a server, PEM. */
export type Identity = Required<Pick<SecureContextOptions, 'ca' | 'cert' | 'key'>> & {
  readonly ca: Buffer;
  readonly cert: Buffer;
  readonly key: Buffer;
};

/** Certificate files that are followed. */
export interface CertificateFiles {
  /** As last read; never a mixture that does not fit together. */
  readonly current: () => Identity;
  /** Milliseconds since the Unix epoch. */
  readonly expiresAt: () => number;
  /** Stops following them. */
  close(): void;
}

/**
 * Reads the files of a server and follows them, so that a renewed certificate needs no restart. Files that do not fit together, as while
 * they are being replaced, are left for the next look.
 *
 * @throws `CERTIFICATE_REFUSED` if a file cannot be read, or certificate and key do not belong together.
 */
export const followCertificateFiles = (
  tls: ServerTls,
  options: { readonly logger: Logger; readonly onChange: (identity: Identity) => void },
): CertificateFiles => {
  let current = readIdentity(tls);
  let warned = '';
  const look = (): void => {
    try {
      const next = readIdentity(tls);
      warned = '';
      if (isSame(next, current)) return;
      current = next;
      options.onChange(next);
      options.logger.info('certificate files have changed', { certificate: tls.certFile });
    } catch (error) {
      const message = isAmiPublisherError(error) ? error.message : String(error);
      if (message !== warned) options.logger.warn('certificate files cannot be used', { error });
      warned = message;
    }
  };
  const timer = setInterval(look, refreshIntervalMs);
  return {
    current: () => current,
    expiresAt: () => Date.parse(new X509Certificate(current.cert).validTo),
    close: () => clearInterval(timer),
  };
};

const isSame = (a: Identity, b: Identity): boolean =>
  a.ca.equals(b.ca) && a.cert.equals(b.cert) && a.key.equals(b.key);

const readIdentity = (tls: ServerTls): Identity => {
  const ca = readPem(tls.caFile, 'the certificate authority');
  const cert = readPem(tls.certFile, 'the server certificate');
  const key = readPem(tls.keyFile, 'the server key');
  try {
    createSecureContext({ ca, cert, key });
  } catch (cause) {
    throw new AmiPublisherError('CERTIFICATE_REFUSED', {
      message: `${tls.certFile} and ${tls.keyFile} are not a certificate and its key: ${(cause as Error).message}`,
      resource: tls.certFile,
      remedy: 'issue both again with `ami-publisher certs create`',
      cause,
    });
  }
  return { ca, cert, key };
};
