import { readFile } from 'node:fs/promises';
import { AmiPublisherError, type Clock, invalidOption, type Logger } from '@ami-publisher/base';
import { openImageServer } from '@ami-publisher/image';
import type { ClientTls, ServerTls } from '@ami-publisher/protocol';
import { readSrpcCredentials, type SrpcClientTls } from '@ami-publisher/srpc';
import type { ConnectImageServer } from './image-server.js';
import type { UnpackerOptions } from './start-unpacker.js';

/** Options of `imageServerConnector`. */
export interface ImageServerConnectorOptions
  extends Pick<UnpackerOptions, 'imageServer' | 'imageServerProtocol' | 'imageServerCertificates' | 'tls'> {
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * What connects to the image server. Certificates are read once at the start as well, so that a wrong path is found then.
 *
 * @throws `INVALID_OPTION`, `CERTIFICATE_REFUSED`.
 */
export const imageServerConnector = async (
  options: ImageServerConnectorOptions,
): Promise<ConnectImageServer> => {
  const { imageServer: address, imageServerProtocol: protocol = 'grpc', tls } = options;
  if (!/^.+:\d{1,5}$/.test(address)) throw invalidOption('imageServer', 'HOST:PORT', address);
  const read = async () => {
    const identity = tls && (await readIdentity(tls));
    return {
      identity,
      srpcTls: protocol === 'grpc' ? ('plain-text' as const) : srpcTlsOf(options, identity),
    };
  };
  await read();
  return async () => {
    const { identity, srpcTls } = await read();
    const opened = openImageServer({ address, protocol, tls: identity, srpcTls: () => srpcTls });
    return { ...opened, address };
  };
};

/** An image server of Go is shown what it was told to trust: certificates of its own authority if there are some, else this unpacker's. */
const srpcTlsOf = (
  { clock, imageServerCertificates: directory, logger, tls }: ImageServerConnectorOptions,
  identity: ClientTls | undefined,
): SrpcClientTls | 'plain-text' => {
  if (directory !== undefined) return readSrpcCredentials({ directory, now: clock.now(), logger });
  if (identity === undefined) return 'plain-text';
  const { ca, cert, key } = identity;
  return { ca, pairs: [{ name: tls?.certFile ?? '', cert, key }] };
};

const readIdentity = async (tls: ServerTls): Promise<ClientTls> => {
  const read = async (file: string): Promise<Buffer> => {
    try {
      return await readFile(file);
    } catch (cause) {
      throw new AmiPublisherError('CERTIFICATE_REFUSED', {
        message: `cannot read ${file}`,
        resource: file,
        remedy:
          'create certificates with `ami-publisher certs create`, and name them with --ca, --cert and --key',
        cause,
      });
    }
  };
  return { ca: await read(tls.caFile), cert: await read(tls.certFile), key: await read(tls.keyFile) };
};
