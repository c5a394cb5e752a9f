import { GrpcImageSink, GrpcImageSource } from '@ami-publisher/image';
import { createImageServerClient, type ImageServerClient } from '@ami-publisher/protocol';
import { onTestFinished } from 'vitest';
import { startImageServer } from '../../src/index.js';

/** A client of a server, closed when the test ends. */
export const connect = (
  address: string,
): { readonly client: ImageServerClient; readonly sink: GrpcImageSink; readonly source: GrpcImageSource } => {
  const client = createImageServerClient({ address });
  onTestFinished(() => client.close());
  return { client, sink: new GrpcImageSink(client), source: new GrpcImageSource(client) };
};

/** A server in this process and a client of it. */
export const serve = async (dataDir: string) => {
  const server = await startImageServer({ dataDir });
  let running = true;
  const close = async () => {
    if (running) await server.close();
    running = false;
  };
  onTestFinished(close);
  return { ...connect(server.address), address: server.address, close };
};
