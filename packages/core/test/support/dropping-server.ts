import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** An HTTP server that takes requests whole and then drops the connection instead of answering. */
export interface DroppingServer {
  readonly endpoint: string;
  /** `Action` of every request, in order. */
  readonly actions: readonly string[];
  close(): Promise<void>;
}

export const startDroppingServer = async (): Promise<DroppingServer> => {
  const actions: string[] = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    actions.push(new URLSearchParams(body).get('Action') ?? 'none');
    response.destroy();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    actions,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
};
