import { connect, createServer, type Socket } from 'node:net';

/** A port that leads to the same port of another address. */
export interface PortForward {
  close(): Promise<void>;
}

/** Forwards connections to `from:port` to `to:port`. */
export const forwardPort = async (from: string, to: string, port: number): Promise<PortForward> => {
  const open = new Set<Socket>();
  const keep = (socket: Socket) => {
    open.add(socket);
    socket.on('error', () => {});
    socket.once('close', () => open.delete(socket));
  };
  const server = createServer((near) => {
    const far = connect({ host: to, port });
    for (const socket of [near, far]) keep(socket);
    near.pipe(far);
    far.pipe(near);
    near.once('close', () => far.destroy());
    far.once('close', () => near.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, from, resolve);
  });
  return {
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of open) socket.destroy();
      }),
  };
};
