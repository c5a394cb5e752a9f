import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AmiPublisherError, type Logger } from '@ami-publisher/base';
import type { SrpcClientTls } from '../client/client.js';
import { readKeyPairs } from './key-pairs.js';

/** Where the certificates for daemons of Go are. */
export interface SrpcCredentialsOptions {
  /** Folder with `NAME.key` and `NAME.cert`, or `key.pem` and `cert.pem`. */
  readonly directory: string;
  /** The authorities of the daemons; `any-server` trusts whoever answers. @default `CA.pem` in the folder */
  readonly ca?: string | undefined;
  /** Milliseconds since the Unix epoch, to judge validity. */
  readonly now: number;
  /** Is warned of pairs that are passed over. */
  readonly logger: Logger;
}

/**
 * What is shown to daemons of Go, and whom of them is trusted.
 *
 * @throws `CERTIFICATE_REFUSED` naming the folder or file.
 */
export const readSrpcCredentials = (options: SrpcCredentialsOptions): SrpcClientTls => {
  const { ca = join(options.directory, 'CA.pem') } = options;
  return { pairs: readKeyPairs(options), ca: ca === 'any-server' ? ca : readAuthority(ca) };
};

const readAuthority = (file: string): Buffer => {
  try {
    return readFileSync(file);
  } catch (cause) {
    throw new AmiPublisherError('CERTIFICATE_REFUSED', {
      message: `cannot read the authority of the Go daemons, ${file}`,
      resource: file,
      remedy: 'put it there, or name another file, or `any-server`, in the configuration (srpc.ca)',
      cause,
    });
  }
};
