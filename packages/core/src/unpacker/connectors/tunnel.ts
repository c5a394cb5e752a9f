import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { type AmiPublisherError, toAmiPublisherError } from '@ami-publisher/base';

export interface TunnelOptions {
  /** Opens the far side of one connection. Its error is the tunnel's fault. */
  readonly dial: (signal: AbortSignal) => Promise<Duplex>;
  /** The fault of a connection that stood and whose far side has ended. */
  readonly brokenOff: () => AmiPublisherError;
}

/** A way that begins at a socket on this machine. */
export interface Tunnel {
  /** `unix:/path` */
  readonly address: string;
  /** What went wrong with the latest connection; undefined while it is well. */
  fault(): AmiPublisherError | undefined;
  close(): void;
}

/**
 * Makes a socket that leads wherever `dial` does: the way in for gRPC, which can only be told addresses. It is a UNIX socket in a folder
 * that only this user may enter, so that nobody else on this machine gets in.
 */
export const openTunnel = async ({ dial, brokenOff }: TunnelOptions): Promise<Tunnel> => {
  const directory = await mkdtemp(join(tmpdir(), 'ami-publisher-tunnel-'));
  const path = join(directory, 'socket');
  const closing = new AbortController();
  const near = new Set<Socket>();
  let fault: AmiPublisherError | undefined;

  const connect = async (socket: Socket): Promise<void> => {
    near.add(socket);
    socket.once('close', () => near.delete(socket));
    // Its end is what counts.
    socket.on('error', () => {});
    try {
      const far = await dial(closing.signal);
      fault = undefined;
      joinSides(socket, far, () => {
        fault = brokenOff();
      });
    } catch (reason) {
      fault = toAmiPublisherError(reason);
      socket.destroy();
    }
  };
  const server = createServer((socket) => void connect(socket));
  await listen(server, path);
  return {
    address: `unix:${path}`,
    fault: () => fault,
    close: () => {
      closing.abort();
      server.close();
      for (const socket of near) socket.destroy();
      rmSync(directory, { recursive: true, force: true });
    },
  };
};

const listen = (server: Server, path: string): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, resolve);
  });

/** @param onBrokenOff called if the far side ends first */
const joinSides = (near: Socket, far: Duplex, onBrokenOff: () => void): void => {
  if (near.destroyed) {
    far.destroy();
    return;
  }
  far.on('error', () => {});
  near.pipe(far);
  far.pipe(near);
  near.once('close', () => far.destroy());
  far.once('close', () => {
    if (!near.destroyed && !near.readableEnded) onBrokenOff();
    near.end();
  });
};
