import type { Logger } from '@ami-publisher/base';
import { pino } from 'pino';

/** Names of fields that may hold secrets; their values never reach the log. */
const secrets = ['key', 'privateKey', 'password', 'secret', 'token', 'authorization', 'credentials'];

export interface JsonLoggerOptions {
  /** `debug`, `info`, `warn` or `error`. */
  readonly level: string;
  /** Fields of every line. */
  readonly fields: Readonly<Record<string, string>>;
  /** Where the lines go. @default standard error */
  readonly destination?: { write(line: string): void } | undefined;
}

/** A logger that writes one JSON object a line. */
export const jsonLogger = (options: JsonLoggerOptions): Logger => {
  const log = pino(
    {
      level: options.level,
      base: options.fields,
      redact: { paths: secrets.flatMap((name) => [name, `*.${name}`]), censor: '[redacted]' },
      serializers: { error: pino.stdSerializers.err },
      timestamp: pino.stdTimeFunctions.isoTime,
    },
    options.destination ?? pino.destination({ dest: 2, sync: true }),
  );
  const write = (level: keyof Logger) => (message: string, fields?: object) =>
    log[level](fields ?? {}, message);
  return { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') };
};
