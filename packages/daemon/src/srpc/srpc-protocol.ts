import type { Logger } from '@ami-publisher/base';
import type { WireProtocol } from '@ami-publisher/protocol';
import { type SrpcMethods, SrpcServer } from '@ami-publisher/srpc';

/** Options of `srpcProtocol`. */
export interface SrpcProtocolOptions {
  /** What is answered, by `Service.Method`. */
  readonly methods: SrpcMethods;
  /** Whether the daemon has a certificate. Without one everybody may call everything, as on loopback only. */
  readonly isSecure: boolean;
  /** Gets a line for each call. */
  readonly logger: Logger;
}

/**
 * SRPC beside the other protocols of a daemon's port: connections that begin with CONNECT. They take TLS only after that, and methods are granted by
 * what the certificates of callers say.
 */
export const srpcProtocol = ({ isSecure, logger, methods }: SrpcProtocolOptions): WireProtocol => {
  let server = isSecure ? undefined : new SrpcServer({ methods, tls: 'plain-text', logger });
  return {
    prefixes: ['CONNECT '],
    beginsPlain: true,
    secureWith: (tls) => {
      if (server === undefined) server = new SrpcServer({ methods, tls, logger });
      else server.secureWith(tls);
    },
    accept: (socket) => (server === undefined ? socket.destroy() : server.accept(socket)),
    drain: () => server?.drain(),
  };
};
