import { randomInt } from 'node:crypto';
import { createServer, type Server } from 'node:net';
import { AmiPublisherError } from '@ami-publisher/base';

/** Addresses of a block that instances get; the first is kept by the sandbox to claim the block. */
const firstHost = 2;
const lastHost = 254;
/** Nothing of this project listens here. */
const claimPort = 6970;
const attempts = 20;

/** Gives out loopback addresses that no other sandbox of this machine uses. */
export interface LoopbackAddresses {
  next(): Promise<string>;
  close(): Promise<void>;
}

/**
 * Claims blocks `127.x.y.0/24` at random, another when one is full. A block is claimed by listening on its first address, so that two
 * sandboxes never share one and a claim ends with its process.
 */
export const loopbackAddresses = (): LoopbackAddresses => {
  const claims: Server[] = [];
  let block = '';
  let host = lastHost;
  let claiming: Promise<unknown> = Promise.resolve();

  const next = async (): Promise<string> => {
    if (host >= lastHost) {
      const claim = await claimBlock();
      claims.push(claim.server);
      block = claim.block;
      host = firstHost - 1;
    }
    host += 1;
    return `${block}.${host}`;
  };

  return {
    next: () => {
      const address = claiming.then(next);
      claiming = address.catch(() => undefined);
      return address;
    },
    close: async () => {
      await Promise.all(claims.map((server) => new Promise((resolve) => server.close(resolve))));
    },
  };
};

const claimBlock = async (): Promise<{ readonly block: string; readonly server: Server }> => {
  let lastError: unknown;
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const block = `127.${randomInt(16, 251)}.${randomInt(0, 256)}`;
    try {
      return { block, server: await listen(`${block}.1`) };
    } catch (error) {
      lastError = error;
    }
  }
  throw new AmiPublisherError('INTERNAL', {
    message: 'no loopback addresses for instances could be claimed',
    remedy: 'run on Linux, where all of 127.0.0.0/8 is the machine itself',
    cause: lastError,
  });
};

const listen = (address: string): Promise<Server> =>
  new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', reject);
    server.listen(claimPort, address, () => {
      server.unref();
      resolve(server);
    });
  });
