import type { Logger } from '@ami-publisher/base';
import { isAmiPublisherError } from '@ami-publisher/base';
import { destination, type Logger as Pino, pino } from 'pino';
import { parseCommandLine } from './command-line.js';
import { startImageServer } from './image-server.js';

const redact = [
  'key',
  'cert',
  'token',
  'password',
  'authorization',
  '*.key',
  '*.cert',
  '*.token',
  '*.password',
];

const toLogger = (log: Pino): Logger => ({
  debug: (message, fields) => log.debug(fields ?? {}, message),
  info: (message, fields) => log.info(fields ?? {}, message),
  warn: (message, fields) => log.warn(fields ?? {}, message),
  error: (message, fields) => log.error(fields ?? {}, message),
});

const untilSignalled = (): Promise<NodeJS.Signals> =>
  new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve(signal));
  });

const main = async (): Promise<void> => {
  const { options, logLevel } = parseCommandLine(process.argv);
  const log = pino({ level: logLevel, redact, base: null }, destination({ dest: 2, sync: true }));
  const server = await startImageServer({ ...options, logger: toLogger(log) });
  const signalled = untilSignalled();
  log.info(
    { address: server.address, dataDir: options.dataDir, tls: options.tls !== undefined },
    'listening',
  );
  process.stdout.write(`${JSON.stringify({ listening: server.address })}\n`);
  log.info({ signal: await signalled }, 'shutting down');
  await server.close();
};

try {
  await main();
} catch (reason) {
  process.stderr.write(
    `imageserver: ${isAmiPublisherError(reason) ? reason.message : (reason as Error).stack}\n`,
  );
  process.exitCode = isAmiPublisherError(reason) && reason.code === 'INVALID_OPTION' ? 2 : 1;
}
