import type { Clock, Logger } from '@ami-publisher/base';
import { imageServerService, type ServerTls, startServer } from '@ami-publisher/protocol';
import { imageServerHandlers } from './service/handlers.js';
import { DirectoryStore } from './store/directory-store.js';

/** Options of `startImageServer`. */
export interface ImageServerOptions {
  /** Where images and objects are kept; made if it is not there. */
  readonly dataDir: string;
  /** Address to listen on. @default 127.0.0.1 */
  readonly host?: string | undefined;
  /** 0 = any free one. @default 0 */
  readonly port?: number | undefined;
  /** Left out, the server speaks plain text, which it does on loopback addresses only. */
  readonly tls?: ServerTls | undefined;
  readonly logger?: Logger | undefined;
  readonly clock?: Clock | undefined;
}

/** An image server that listens. */
export interface RunningImageServer {
  /** `host:port`. */
  readonly address: string;
  /** Lets calls in progress end, flushes the store and gives its lock back. */
  close(): Promise<void>;
}

/**
 * Starts an image server in this process.
 *
 * @throws `DIRECTORY_LOCKED` if another one works in the directory; `INVALID_OPTION` for plain text off loopback or an address that
 * cannot be had; `CERTIFICATE_REFUSED`.
 */
export const startImageServer = async (options: ImageServerOptions): Promise<RunningImageServer> => {
  const { logger, tls } = options;
  const store = await DirectoryStore.open(options);
  try {
    const services = [imageServerService(imageServerHandlers(store))];
    const host = options.host ?? '127.0.0.1';
    const server = await startServer({ services, tls, host, port: options.port ?? 0, logger });
    return {
      address: server.address,
      close: async () => {
        await server.close();
        await store.close();
      },
    };
  } catch (reason) {
    await store.close();
    throw reason;
  }
};
