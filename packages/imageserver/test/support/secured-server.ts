import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { GrpcImageSink } from '@ami-publisher/image';
import {
  type ClientTls,
  createCertificateAuthority,
  createImageServerClient,
  type ImageServerClient,
  type Role,
} from '@ami-publisher/protocol';
import { onTestFinished } from 'vitest';
import { startImageServer } from '../../src/index.js';
import { temporaryDirectory } from './temporary-directory.js';

/** A server with a certificate, and a client of it with that of an operator. */
export interface SecuredServer {
  readonly address: string;
  /** Issues a certificate. */
  readonly as: (role: Role) => Promise<ClientTls>;
  readonly client: ImageServerClient;
  readonly sink: GrpcImageSink;
}

/** A server in this process until the test ends. */
export const serveSecurely = async (): Promise<SecuredServer> => {
  const from = Date.now();
  const authority = await createCertificateAuthority({ commonName: 'test', from });
  const ca = Buffer.from(authority.cert);
  const name = { service: 'imageserver', account: '111111111111', region: 'eu-west-1' } as const;
  const server = await authority.issue({ commonName: 'imageserver', server: name, from });
  const folder = temporaryDirectory();
  const file = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const files = { certFile: file('cert', server.cert), keyFile: file('key', server.key) };
  const tls = { caFile: file('ca', authority.cert), ...files };
  const running = await startImageServer({ dataDir: join(folder, 'data'), tls });
  onTestFinished(() => running.close());
  const as = async (role: Role): Promise<ClientTls> => {
    const { cert, key } = await authority.issue({ commonName: role, role, from });
    return { ca, cert: Buffer.from(cert), key: Buffer.from(key) };
  };
  const { address } = running;
  const client = createImageServerClient({ address, tls: await as('operator') });
  onTestFinished(() => client.close());
  return { address, as, client, sink: new GrpcImageSink(client) };
};
