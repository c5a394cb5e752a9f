import { runDaemon } from '@ami-publisher/daemon';
import { startImageServer } from './image-server.js';
import { program } from './program.js';
import { imageServerSettings, optionsOf } from './settings.js';
import { version } from './version.js';

const notes = `
Unpackers fetch from it, and \`ami-publisher image add\` adds to it. It talks to clients that present a certificate of the authority in --ca.

Examples:
  $ ami-publisher certs create /etc/imageserver/ssl
  $ imageserver --data-dir /var/lib/imageserver --listen 0.0.0.0:6971 \\
      --ca /etc/imageserver/ssl/CA.pem --cert /etc/imageserver/ssl/imageserver.cert --key /etc/imageserver/ssl/imageserver.key

  With a configuration file, checked first:
  $ imageserver config check /etc/imageserver/imageserver.yaml
  $ imageserver --config /etc/imageserver/imageserver.yaml

  To try it on one machine, without certificates:
  $ imageserver --data-dir ./images --insecure

When it is ready it prints one line of JSON on standard output, {"listening":"HOST:PORT"}; its log, one JSON object a line, goes to standard
error. SIGTERM and SIGINT let calls in progress end.`;

await runDaemon({
  program,
  version,
  description: 'Keeps images for ami-publisher: manifests (trees of files) and the objects they refer to.',
  notes,
  settings: imageServerSettings,
  start: (settings, logger) => startImageServer({ ...optionsOf(settings), logger }),
});
