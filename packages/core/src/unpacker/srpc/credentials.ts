import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AmiPublisherError, type Logger } from '@ami-publisher/base';
import { readKeyPairs, type SrpcClientTls } from '@ami-publisher/srpc';

/** Where the certificates for unpackers of Go are. */
export interface SrpcCredentialsOptions {
  /** Folder with `NAME.key` and `NAME.cert`, or `key.pem` and `cert.pem`. */
  readonly directory: string;
  /** The authorities of the unpackers; `any-server` trusts whoever answers. @default `CA.pem` in the folder */
  readonly ca?: string | undefined;
  /** Milliseconds since the Unix epoch, to judge validity. */
  readonly now: number;
  /** Is warned of pairs that are passed over. */
  readonly logger: Logger;
}

/**
 * What is shown to unpackers of Go, and whom of them is trusted.
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
      message: `cannot read the authority of the unpackers, ${file}`,
      resource: file,
      remedy: 'name it in the configuration (srpc.ca), or trust any server there',
      cause,
    });
  }
};
