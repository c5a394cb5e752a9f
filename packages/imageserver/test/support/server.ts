import { type Clock, systemClock } from '@ami-publisher/base';
import { GrpcImageSink, GrpcImageSource } from '@ami-publisher/image';
import { createImageServerClient, type ImageServerClient } from '@ami-publisher/protocol';
import { onTestFinished } from 'vitest';
import { type ImageServerOptions, startImageServer } from '../../src/index.js';

/** A client of a server, closed when the test ends. */
export const connect = (
  address: string,
): { readonly client: ImageServerClient; readonly sink: GrpcImageSink; readonly source: GrpcImageSource } => {
  const client = createImageServerClient({ address });
  onTestFinished(() => client.close());
  return { client, sink: new GrpcImageSink(client), source: new GrpcImageSource(client) };
};

/** A server in this process and a client of it. @param where a directory, or options that name a store */
export const serve = async (where: string | ImageServerOptions) => {
  const server = await startImageServer(typeof where === 'string' ? { dataDir: where } : where);
  let running = true;
  const close = async () => {
    if (running) await server.close();
    running = false;
  };
  onTestFinished(close);
  return { ...connect(server.address), address: server.address, close };
};

/** Real time that a test can move forward. */
export class ShiftedClock implements Clock {
  #shiftMs = 0;

  now(): number {
    return Date.now() + this.#shiftMs;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return systemClock.sleep(ms, signal);
  }

  forward(ms: number): void {
    this.#shiftMs += ms;
  }
}
