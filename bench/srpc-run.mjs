// Fetches from bench/srpc-server.mjs in a process of its own, so that its memory can be told:
//   node bench/srpc-run.mjs tree|objects|batches|tls|tcp ADDRESS CERTIFICATES
// Prints how long it took, how much came, and the most memory that it had.
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { silentLogger } from '@ami-publisher/base';
import { SrpcImageSource } from '@ami-publisher/image';
import { daemonKinds, readSrpcCredentials, SrpcClient } from '@ami-publisher/srpc';
import { bulk } from './srpc-load.mjs';

const [kind, address, directory] = process.argv.slice(2);
const tls = readSrpcCredentials({ directory, now: Date.now(), logger: silentLogger });
const [host, port] = address.split(':');

const withSource = async (use) => {
  const client = new SrpcClient(daemonKinds.imageServer, { address, tls });
  try {
    return await use(new SrpcImageSource(client));
  } finally {
    client.close();
  }
};

const digests = Array.from({ length: bulk.objects }, (_, i) => i.toString(16).padStart(128, '0'));

/** As many objects a call as are said. */
const fetchObjects = (aCall) =>
  withSource(async (source) => {
    let bytes = 0;
    for (let at = 0; at < digests.length; at += aCall)
      for await (const { data } of source.getObjects(digests.slice(at, at + aCall))) bytes += data.length;
    return bytes;
  });

const drain = (socket) =>
  new Promise((resolve, reject) => {
    let bytes = 0;
    socket.on('data', (data) => {
      bytes += data.length;
    });
    socket.once('end', () => resolve(bytes));
    socket.once('error', reject);
  });

const kinds = {
  tree: () =>
    withSource(async (source) => {
      const { manifestDigest, entryCount } = await source.getImage('bench/files', '1');
      const { entries } = await source.getManifest(manifestDigest);
      if (entries.length !== entryCount) throw new Error('the manifest is not that of the image');
      return entryCount;
    }),
  objects: () => fetchObjects(digests.length),
  // An unpacking asks for 8 MiB a call.
  batches: () => fetchObjects(2),
  tls: () => {
    const { cert, key } = tls.pairs[0];
    return drain(connectTls({ host, port, ca: tls.ca, cert, key, checkServerIdentity: () => undefined }));
  },
  tcp: () => drain(connect({ host, port })),
};

const startedAt = performance.now();
const count = await kinds[kind]();
const ms = performance.now() - startedAt;
const peakBytes = Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))[1]) * 1024;
console.log(JSON.stringify({ ms, count, peakBytes }));
