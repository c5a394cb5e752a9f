import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  createCertificateAuthority,
  type IssueOptions,
  roles,
  type ServerName,
} from '@ami-publisher/protocol';

/** Files of a server's certificate. */
export interface ServerFiles {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

/** A private certificate authority with its client certificates in a folder. */
export interface SandboxCertificates {
  /** Folder with `CA.pem` and a pair of files for each role. */
  readonly directory: string;
  /** Issues a server certificate into a folder. */
  issueServer(server: ServerName, directory: string): Promise<ServerFiles>;
}

/** @param now milliseconds since the Unix epoch, the beginning of validity */
export const createSandboxCertificates = async (
  directory: string,
  now: number,
): Promise<SandboxCertificates> => {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const authority = await createCertificateAuthority({ commonName: 'ami-publisher sandbox', from: now });
  const ca = join(directory, 'CA.pem');
  const issueTo = async (folder: string, options: Omit<IssueOptions, 'from'>) => {
    const issued = await authority.issue({ ...options, from: now });
    const cert = join(folder, `${options.commonName}.cert`);
    const key = join(folder, `${options.commonName}.key`);
    await Promise.all([writeFile(cert, issued.cert), writeFile(key, issued.key, { mode: 0o600 })]);
    return { ca, cert, key };
  };
  await Promise.all([
    writeFile(ca, authority.cert),
    ...roles.map((role) => issueTo(directory, { commonName: role, role })),
  ]);
  return {
    directory,
    issueServer: async (server, folder) => {
      await mkdir(folder, { recursive: true });
      return issueTo(folder, { commonName: server.service, server });
    },
  };
};
