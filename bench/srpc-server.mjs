// An image server of Go as far as the benchmark needs one, and bare sockets that send the same bytes:
//   node bench/srpc-server.mjs CERTIFICATES
// Prints where they listen, as a daemon does. Ends with its parent.
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createServer as createTlsServer } from 'node:tls';
import { silentLogger } from '@ami-publisher/base';
import { SrpcServer } from '@ami-publisher/srpc';
import { bulk, treeLine } from './srpc-load.mjs';

const [certificates] = process.argv.slice(2);
const read = (name) => readFile(join(certificates, name));
const tls = {
  ca: await read('CA.pem'),
  cert: await read('imageserver.cert'),
  key: await read('imageserver.key'),
};

const sendTree = async (call) => {
  await call.value();
  await call.sendStatus('');
  for (const piece of treeLine()) await call.sendBytes(piece);
};

const sendObjects = async (call) => {
  const { Hashes } = await call.value();
  await call.sendValue({ ResponseString: '', ObjectSizes: Hashes.map(() => bulk.object.length) });
  for (const _hash of Hashes) await call.sendBytes(bulk.object);
};

const srpc = new SrpcServer({
  methods: {
    'ImageServer.GetImage': { access: 'public', talk: sendTree },
    'ObjectServer.GetObjects': { access: 'public', talk: sendObjects },
  },
  tls,
  logger: silentLogger,
});

const pour = async (socket) => {
  socket.on('error', () => socket.destroy());
  for (let sent = 0; sent < bulk.objects && !socket.destroyed; sent += 1)
    if (!socket.write(bulk.object)) await once(socket, 'drain');
  socket.end();
};

const listen = async (server) => {
  server.listen({ host: '127.0.0.1', port: 0 });
  await once(server, 'listening');
  return `127.0.0.1:${server.address().port}`;
};

const listening = {
  srpc: await listen(createServer((socket) => srpc.accept(socket))),
  tls: await listen(createTlsServer({ ...tls, requestCert: true, rejectUnauthorized: true }, pour)),
  tcp: await listen(createServer(pour)),
};
console.log(JSON.stringify({ listening }));
