import { runDaemon } from '@ami-publisher/daemon';
import { program } from './program.js';
import { optionsOf, unpackerSettings } from './settings.js';
import { startUnpacker } from './start-unpacker.js';
import { version } from './version.js';

const notes = `
Examples:
  On an instance, with a certificate for it:
    $ image-unpacker --listen 0.0.0.0:6974 --image-server images.example.org:6971 \\
        --ca /etc/ami-publisher/CA.pem --cert /etc/ami-publisher/unpacker.cert --key /etc/ami-publisher/unpacker.key

  With a configuration file, checked first:
    $ image-unpacker config check /etc/ami-publisher/unpacker.yaml
    $ image-unpacker --config /etc/ami-publisher/unpacker.yaml

  To try it on this machine, where a folder stands for each volume:
    $ mkdir -p volumes/vol-0123456789abcdef0 devices
    $ ln -s ../volumes/vol-0123456789abcdef0 devices/nvme-Amazon_Elastic_Block_Store_vol0123456789abcdef0
    $ image-unpacker --insecure --state-dir state --devices-dir devices --image-server 127.0.0.1:6971

When it is ready it prints {"listening": "host:port"} on standard output; its log, one JSON object a line, goes to standard error.
It ends cleanly on SIGTERM and SIGINT: an operation that runs is stopped, and begins anew when it is asked for again.`;

await runDaemon({
  program,
  version,
  description: 'Keeps one volume per image stream and patches it from release to release.',
  notes,
  settings: unpackerSettings,
  logFields: ({ account, region }) => ({ ...(account && { account }), ...(region && { region }) }),
  start: (settings, logger) => startUnpacker({ ...optionsOf(settings), logger }),
});
