import { AmiPublisherError } from '@ami-publisher/base';
import type { ServerTls } from '@ami-publisher/protocol';
import * as z from 'zod';
import { type Setting, type Settings, switchFromText, wholeNumberFromText } from './setting.js';

/** Where a daemon listens. */
export interface ListenAddress {
  readonly host: string;
  /** 0 = any free one. */
  readonly port: number;
}

const hostAndPort = /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]\s]+)):(\d{1,5})$/;

/** `HOST:PORT`, split. */
export const listenSchema = z
  .string('HOST:PORT')
  .regex(hostAndPort, 'HOST:PORT')
  .transform((text, context): ListenAddress => {
    const [, address, name, port] = hostAndPort.exec(text) ?? [];
    if (Number(port) > 65_535) context.addIssue('HOST:PORT with a port up to 65535');
    return { host: address ?? name ?? '', port: Number(port) };
  });

/** `HOST:PORT` of another server, as it is. */
export const addressSchema = z.string('HOST:PORT').regex(/^\S+:\d{1,5}$/, 'HOST:PORT');

const file = z.string().min(1, 'the name of a file');
/** The name of a folder. */
export const directorySchema = z.string().min(1, 'the name of a folder');

const logLevels = ['debug', 'info', 'warn', 'error', 'silent'] as const;

/** What every daemon can be told. */
export const commonSettings = {
  ca: { flag: '--ca <file>', summary: 'certificate authority that clients must be of, PEM', schema: file },
  cert: { flag: '--cert <file>', summary: "the server's certificate, PEM", schema: file },
  key: { flag: '--key <file>', summary: 'its key, PEM', schema: file },
  insecure: {
    flag: '--insecure',
    summary:
      'plain text, without certificates and with every right for everybody; on loopback addresses only',
    schema: z.boolean(),
    fromText: switchFromText,
    default: false,
  },
  logLevel: {
    flag: '--log-level <level>',
    summary: `least level that is logged: ${logLevels.join(', ')}`,
    schema: z.enum(logLevels, `one of ${logLevels.join(', ')}`),
    default: 'info',
  },
  stopGraceMs: {
    flag: '--stop-grace <ms>',
    summary: 'how long what runs may go on after SIGTERM, ms; then it is stopped',
    schema: z.int('a whole number').min(0, 'at least 0').max(3_600_000, 'at most 3600000'),
    fromText: wholeNumberFromText,
    default: 20_000,
  },
  exitWithStdin: {
    flag: '--exit-with-stdin',
    summary: 'end when standard input closes, so as not to outlive who started it',
    schema: z.boolean(),
    fromText: switchFromText,
    default: false,
  },
} as const satisfies Readonly<Record<string, Setting>>;

/**
 * The certificate files that the settings name; undefined for plain text.
 *
 * @throws `INVALID_OPTION` unless there are either all three or `insecure`.
 */
export const tlsOf = ({
  ca,
  cert,
  key,
  insecure,
}: Pick<Settings<typeof commonSettings>, 'ca' | 'cert' | 'key' | 'insecure'>): ServerTls | undefined => {
  const given = [ca, cert, key].filter((name) => name !== undefined).length;
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
  new AmiPublisherError('INVALID_OPTION', { message, remedy: 'see `--help`' });
