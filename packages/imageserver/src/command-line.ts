import { invalidOption } from '@ami-publisher/base';
import { Command } from 'commander';
import type { ImageServerOptions } from './image-server.js';

/** The flags as commander gives them. */
interface Flags {
  readonly dataDir: string;
  readonly listen: string;
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly insecure?: true;
  readonly logLevel: string;
}

/** What the command line asks for. */
export interface ImageServerCommand {
  readonly options: Pick<ImageServerOptions, 'dataDir' | 'host' | 'port' | 'tls'>;
  readonly logLevel: string;
}

const logLevels = ['debug', 'info', 'warn', 'error', 'silent'];

const notes = `
Keeps images for ami-publisher: manifests (trees of files) and the objects they refer to. Unpackers fetch from it, and
\`ami-publisher image add\` adds to it.

When it is ready it prints one line of JSON on stdout, {"listening":"HOST:PORT"}; its log goes to stderr. SIGTERM and SIGINT let
calls in progress end. It talks to clients that present a certificate of the authority in --ca.

Examples:
  ami-publisher certs create --out /etc/imageserver/ssl
  imageserver --data-dir /var/lib/imageserver --listen 0.0.0.0:6971 \\
    --ca /etc/imageserver/ssl/CA.pem --cert /etc/imageserver/ssl/imageserver.cert --key /etc/imageserver/ssl/imageserver.key

  # To try it on one machine, without certificates:
  imageserver --data-dir ./images --insecure
`;

const define = (): Command =>
  new Command('imageserver')
    .description('image server of ami-publisher')
    .requiredOption('--data-dir <directory>', 'where images and objects are kept; made if it is not there')
    .option('--listen <host:port>', 'address to listen on; port 0 = any free one', '127.0.0.1:6971')
    .option('--ca <file>', 'certificate authority that clients must be of, PEM')
    .option('--cert <file>', "the server's certificate, PEM")
    .option('--key <file>', 'its key, PEM')
    .option('--insecure', 'plain text and every right for everybody; on loopback addresses only')
    .option('--log-level <level>', logLevels.join(', '), 'info')
    .addHelpText('after', notes)
    .showHelpAfterError('(see imageserver --help)');

const parseListen = (value: string): { readonly host: string; readonly port: number } => {
  const match = /^(?:\[([0-9a-fA-F:]+)\]|([^:[\]]+)):([0-9]{1,5})$/.exec(value);
  const port = Number(match?.[3]);
  if (match === null || port > 65_535) throw invalidOption('--listen', 'of the form HOST:PORT', value);
  return { host: match[1] ?? match[2] ?? '', port };
};

const parseTls = ({ ca, cert, key, insecure }: Flags): ImageServerOptions['tls'] => {
  if (insecure === true) {
    if (ca !== undefined || cert !== undefined || key !== undefined) {
      throw invalidOption('--insecure', 'given without --ca, --cert and --key', true);
    }
    return undefined;
  }
  if (ca === undefined || cert === undefined || key === undefined) {
    throw invalidOption(
      '--ca, --cert and --key',
      'given, all three (or --insecure)',
      [ca, cert, key].join(' '),
    );
  }
  return { caFile: ca, certFile: cert, keyFile: key };
};

/**
 * Reads the command line. Prints help or usage errors and ends the process as commander does.
 *
 * @throws `INVALID_OPTION` naming the flag.
 */
export const parseCommandLine = (argv: readonly string[]): ImageServerCommand => {
  const flags = define().parse(argv).opts<Flags>();
  if (!logLevels.includes(flags.logLevel)) {
    throw invalidOption('--log-level', `one of ${logLevels.join(', ')}`, flags.logLevel);
  }
  const options = { dataDir: flags.dataDir, ...parseListen(flags.listen), tls: parseTls(flags) };
  return { options, logLevel: flags.logLevel };
};
