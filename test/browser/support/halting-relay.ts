import { connect, createServer, type Server, type Socket } from 'node:net';
import { Transform } from 'node:stream';

/** A relay in front of a server that lets so many bytes of its answers through, and more when it is told to. */
export class HaltingRelay {
  readonly #sockets = new Set<Socket>();
  readonly #server: Server;
  #left: number;
  #release: () => void = () => {};
  readonly #released = new Promise<void>((resolve) => {
    this.#release = resolve;
  });

  constructor(upstream: string, bytes: number) {
    this.#left = bytes;
    const [host = '', port] = upstream.split(':');
    this.#server = createServer((client) => {
      const server = connect(Number(port), host);
      for (const socket of [client, server]) {
        this.#sockets.add(socket);
        socket.on('error', () => {});
        socket.on('close', () => {
          client.destroy();
          server.destroy();
        });
      }
      client.pipe(server).pipe(this.#halting()).pipe(client);
    });
  }

  /** @returns the address to connect to instead. */
  listen(): Promise<string> {
    return new Promise((resolve) => {
      this.#server.listen(0, '127.0.0.1', () => {
        const address = this.#server.address();
        resolve(`127.0.0.1:${typeof address === 'object' && address !== null ? address.port : ''}`);
      });
    });
  }

  /** Lets everything through from now on. */
  release(): void {
    this.#release();
  }

  async close(): Promise<void> {
    this.release();
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #halting(): Transform {
    return new Transform({
      transform: (chunk: Buffer, _encoding, done) => {
        this.#left -= chunk.length;
        if (this.#left > 0) done(null, chunk);
        else void this.#released.then(() => done(null, chunk));
      },
    });
  }
}
