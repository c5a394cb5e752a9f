import type { IncomingMessage, Server } from 'node:http';
import { connect } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Session, Sessions } from '../ssm/sessions.js';
import { dataChannelPath } from './json-front.js';

/** Protocol that the connection is switched to: bytes as they are. */
const protocol = 'ami-publisher-sandbox';

/**
 * Serves the data channels of sessions. It is not AWS's protocol: `…/SESSION` is open as long as the session is, and each
 * `…/SESSION/connection` is one connection to the port on the instance; both carry the token in `x-session-token`.
 */
export const serveDataChannels = (server: Server, sessions: Sessions): void => {
  server.on('upgrade', (request: IncomingMessage, socket: Duplex) => {
    socket.on('error', () => {});
    const [id = '', kind] = (request.url ?? '').split('?')[0]!.slice(dataChannelPath.length).split('/');
    const session = sessions.find(decodeURIComponent(id));
    if (session === undefined || request.headers['x-session-token'] !== session.token) {
      socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
      return;
    }
    session.channels.add(socket);
    socket.once('close', () => session.channels.delete(socket));
    if (kind === 'connection') forward(socket, session);
    else switchProtocol(socket);
  });
};

const switchProtocol = (socket: Duplex): void => {
  socket.write(`HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: ${protocol}\r\n\r\n`);
};

const forward = (socket: Duplex, { host, port }: Session): void => {
  const far = connect({ host, port });
  far.once('connect', () => {
    switchProtocol(socket);
    socket.pipe(far);
    far.pipe(socket);
  });
  far.once('error', () => socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n'));
  far.once('close', () => socket.end());
  socket.once('close', () => far.destroy());
};
