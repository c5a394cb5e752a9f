import { createSecureContext } from 'node:tls';
import { AmiPublisherError } from '@ami-publisher/base';
import * as grpc from '@grpc/grpc-js';
import { readPem, type ServerTls } from './tls.js';

/** How often a server looks whether its certificate files have changed, ms. */
const refreshIntervalMs = 10_000;

interface ReloadingCredentials {
  readonly credentials: grpc.ServerCredentials;
  close(): void;
}

/**
 * Credentials that demand a client certificate of our authority and follow their files, so that a renewed certificate needs no restart.
 *
 * @throws `CERTIFICATE_REFUSED` if a file cannot be read, or certificate and key do not belong together.
 */
export const serverCredentials = async (tls: ServerTls): Promise<ReloadingCredentials> => {
  checkFiles(tls);
  const provider = new grpc.experimental.FileWatcherCertificateProvider({
    caCertificateFile: tls.caFile,
    certificateFile: tls.certFile,
    privateKeyFile: tls.keyFile,
    refreshIntervalMs,
  });
  // Listening from here on keeps the provider's answer ready for the first connection.
  const release = await firstRead(provider);
  return {
    credentials: grpc.experimental.createCertificateProviderServerCredentials(provider, provider, true),
    close: release,
  };
};

type Provider = grpc.experimental.FileWatcherCertificateProvider;

/** Resolves when the files have been read. Until what it returns is called the provider goes on watching them, and keeps the process alive. */
const firstRead = (provider: Provider): Promise<() => void> =>
  new Promise((resolve) => {
    const onIdentity = (update: grpc.experimental.IdentityCertificateUpdate | null) => {
      if (update !== null) resolve(release);
    };
    const onAuthority = () => {};
    const release = () => {
      provider.removeIdentityCertificateListener(onIdentity);
      provider.removeCaCertificateListener(onAuthority);
    };
    provider.addCaCertificateListener(onAuthority);
    provider.addIdentityCertificateListener(onIdentity);
  });

const checkFiles = (tls: ServerTls): void => {
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
};
