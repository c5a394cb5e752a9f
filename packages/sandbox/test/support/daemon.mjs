// A daemon for tests: listens on --listen and says so. `--mode` makes it misbehave.
import { createServer } from 'node:net';
import { parseArgs } from 'node:util';

const { values } = parseArgs({ options: { listen: { type: 'string' }, mode: { type: 'string' } } });

if (values.mode === 'broken') {
  console.error('cannot read the configuration');
  process.exit(3);
}
if (values.mode === 'stubborn') process.on('SIGTERM', () => console.log('not now'));
if (values.mode !== 'silent') {
  const [host, port] = values.listen.split(':');
  const server = createServer((socket) => socket.end(String(process.pid)));
  server.listen(Number(port), host, () => {
    console.log('starting');
    console.log(JSON.stringify({ listening: `${host}:${server.address().port}` }));
  });
}
setInterval(() => {}, 1000);
