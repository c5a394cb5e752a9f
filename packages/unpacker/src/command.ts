import { AmiPublisherError } from '@ami-publisher/base';
import { Command, Option } from 'commander';
import { type JsonLoggerOptions, jsonLogger } from './logger.js';
import {
  type DriverName,
  defaultDevicesDirectory,
  defaultImageWaitMs,
  defaultPort,
  driverNames,
  type RunningUnpacker,
  startUnpacker,
  type UnpackerOptions,
} from './start-unpacker.js';
import { version } from './version.js';

/** The streams of the process that the command talks through, and how it learns that it should end. */
export interface CommandEnvironment {
  readonly writeLine: (line: string) => void;
  readonly writeLog?: JsonLoggerOptions['destination'];
  /** Resolves when the daemon should end. */
  readonly untilStopped: (options: { readonly withStdin: boolean }) => Promise<void>;
}

interface Flags {
  readonly listen: string;
  readonly stateDir: string;
  readonly devicesDir: string;
  readonly driver: DriverName;
  readonly imageServer: string;
  readonly imageWait: string;
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly insecure?: true;
  readonly account?: string;
  readonly region?: string;
  readonly logLevel: string;
  readonly exitWithStdin?: true;
}

const examples = `
Examples:
  On an instance, with a certificate for it:
    $ image-unpacker --listen 0.0.0.0:6974 --image-server images.example.org:6971 \\
        --ca /etc/ami-publisher/CA.pem --cert /etc/ami-publisher/unpacker.cert --key /etc/ami-publisher/unpacker.key

  To try it on this machine, where a folder stands for each volume:
    $ mkdir -p volumes/vol-0123456789abcdef0 devices
    $ ln -s ../volumes/vol-0123456789abcdef0 devices/nvme-Amazon_Elastic_Block_Store_vol0123456789abcdef0
    $ image-unpacker --insecure --state-dir state --devices-dir devices --image-server 127.0.0.1:6971

When it is ready it prints {"listening": "host:port"} on standard output; its log, one JSON object a line, goes to standard error.
It ends cleanly on SIGTERM and SIGINT: an operation that runs is stopped, and begins anew when it is asked for again.`;

/** The command line of the daemon. */
export const unpackerCommand = (environment: CommandEnvironment): Command =>
  new Command('image-unpacker')
    .description('Keeps one volume per image stream and patches it from release to release.')
    .version(version)
    .option(
      '--listen <host:port>',
      'address to serve gRPC on; port 0 = any free one',
      `127.0.0.1:${defaultPort}`,
    )
    .option('--state-dir <dir>', 'what must survive a restart', '/var/lib/image-unpacker')
    .option(
      '--devices-dir <dir>',
      'where the host names attached volumes by identity',
      defaultDevicesDirectory,
    )
    .addOption(
      new Option('--driver <name>', 'what a volume is').choices([...driverNames]).default('directory'),
    )
    .requiredOption('--image-server <host:port>', 'where images come from')
    .option(
      '--image-wait <ms>',
      'how long to wait for an image that is not there yet',
      `${defaultImageWaitMs}`,
    )
    .option('--ca <file>', 'certificate authority of clients and of the image server, PEM')
    .option('--cert <file>', 'certificate of this unpacker, PEM; also shown to the image server')
    .option('--key <file>', 'its key, PEM')
    .option('--insecure', 'plain text, without certificates; on loopback addresses only')
    .option('--account <id>', 'account that this unpacker is in, for its log')
    .option('--region <name>', 'region that this unpacker is in, for its log')
    .addOption(
      new Option('--log-level <level>', 'least level that is logged')
        .choices(['debug', 'info', 'warn', 'error'])
        .default('info'),
    )
    .option('--exit-with-stdin', 'end when standard input closes, so as not to outlive who started it')
    .addHelpText('after', examples)
    .action((flags: Flags) => run(flags, environment));

const run = async (flags: Flags, environment: CommandEnvironment): Promise<void> => {
  const { account, region } = flags;
  const logger = jsonLogger({
    level: flags.logLevel,
    fields: { service: 'image-unpacker', ...(account && { account }), ...(region && { region }) },
    destination: environment.writeLog,
  });
  const unpacker: RunningUnpacker = await startUnpacker({ ...optionsOf(flags), logger });
  environment.writeLine(JSON.stringify({ listening: unpacker.address }));
  logger.info('listening', { address: unpacker.address, driver: flags.driver, version });
  await environment.untilStopped({ withStdin: flags.exitWithStdin === true });
  logger.info('stopping');
  await unpacker.close();
};

const optionsOf = (flags: Flags): UnpackerOptions => ({
  ...hostAndPort(flags.listen),
  stateDirectory: flags.stateDir,
  devicesDirectory: flags.devicesDir,
  driver: flags.driver,
  imageServer: flags.imageServer,
  imageWaitMs: wholeNumber('--image-wait', flags.imageWait),
  tls: tlsOf(flags),
});

const hostAndPort = (listen: string): { readonly host: string; readonly port: number } => {
  const match = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(listen);
  const host = match?.[1] ?? match?.[2];
  if (host === undefined) throw usage(`expected \`--listen\` to be HOST:PORT, got ${JSON.stringify(listen)}`);
  return { host, port: Number(match?.[3]) };
};

const wholeNumber = (flag: string, value: string): number => {
  if (/^\d{1,9}$/.test(value)) return Number(value);
  throw usage(`expected \`${flag}\` to be a whole number, got ${JSON.stringify(value)}`);
};

const tlsOf = ({ ca, cert, key, insecure }: Flags): UnpackerOptions['tls'] => {
  const given = [ca, cert, key].filter((file) => file !== undefined).length;
  if (insecure && given === 0) return undefined;
  if (insecure) throw usage('expected either `--insecure` or `--ca`, `--cert` and `--key`, got both');
  if (ca === undefined || cert === undefined || key === undefined) {
    throw usage(
      'expected `--ca`, `--cert` and `--key`, or `--insecure` to serve plain text on a loopback address',
    );
  }
  return { caFile: ca, certFile: cert, keyFile: key };
};

const usage = (message: string): AmiPublisherError =>
  new AmiPublisherError('INVALID_OPTION', { message, remedy: 'see `image-unpacker --help`' });
