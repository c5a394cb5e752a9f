import { join } from 'node:path';
import { type Daemon, startDaemon } from '../processes/daemon.js';
import { packageBin } from '../processes/package-bin.js';
import type { SandboxCertificates } from './certificates.js';

/** Starts the real image server as a process on a free port of 127.0.0.1. @param directory folder for its store, certificate and log */
export const startImageServerProcess = async (
  directory: string,
  certificates: SandboxCertificates | undefined,
): Promise<Daemon> => {
  const tls = await tlsArguments(directory, certificates);
  return startDaemon({
    name: 'the image server of the sandbox',
    script: packageBin('@ami-publisher/imageserver', 'imageserver'),
    arguments: [
      '--listen',
      '127.0.0.1:0',
      '--data-dir',
      join(directory, 'data'),
      '--stop-grace',
      '2000',
      ...tls,
    ],
    logFile: join(directory, 'imageserver.log'),
  });
};

const tlsArguments = async (
  directory: string,
  certificates: SandboxCertificates | undefined,
): Promise<string[]> => {
  if (certificates === undefined) return ['--insecure'];
  const name = { service: 'imageserver', account: '*', region: '*' } as const;
  const { ca, cert, key } = await certificates.issueServer(name, join(directory, 'tls'));
  return ['--ca', ca, '--cert', cert, '--key', key];
};
