import { isAmiPublisherError, type Logger, toAmiPublisherError } from '@ami-publisher/base';
import type { Command } from 'commander';
import { collectSooner } from './collect-sooner.js';
import { type JsonLoggerOptions, jsonLogger } from './json-logger.js';
import type { commonSettings } from './settings/common-settings.js';
import { daemonCommand } from './settings/daemon-command.js';
import type { Settings, SettingTable } from './settings/setting.js';

type CommonTable = SettingTable & Pick<typeof commonSettings, 'logLevel' | 'exitWithStdin'>;

/** A daemon that serves. */
export interface RunningDaemon {
  /** `host:port` as bound. */
  readonly address: string;
  /** Lets what runs end, as far as it does in time, and lets go of everything. */
  close(): Promise<void>;
}

/** What a daemon is made of. */
export interface DaemonDefinition<Table extends CommonTable> {
  /** Name of the program; its environment variables begin with it, and each line of its log has it. */
  readonly program: string;
  readonly version: string;
  /** What the daemon does, one sentence. */
  readonly description: string;
  /** More help: examples. */
  readonly notes: string;
  readonly settings: Table;
  /** Fields of every line of the log, beside the program's name. */
  readonly logFields?: (settings: Settings<Table>) => JsonLoggerOptions['fields'];
  readonly start: (settings: Settings<Table>, logger: Logger) => Promise<RunningDaemon>;
}

/**
 * The main function of a daemon: reads the settings of this process, starts, says on standard output where it listens, and ends cleanly on
 * SIGTERM and SIGINT. Sets the exit code: 0, 1 for a failure, 2 for wrong settings.
 */
export const runDaemon = async <Table extends CommonTable>(
  definition: DaemonDefinition<Table>,
): Promise<void> => runProgram(definition.program, serveCommand(definition));

/** The command that runs a daemon with the settings of this process. */
export const serveCommand = <Table extends CommonTable>(definition: DaemonDefinition<Table>): Command =>
  daemonCommand({
    ...definition,
    environment: process.env,
    writeLine,
    run: (settings) => serve(definition, settings),
  });

/** The main function of a program: runs the command that its arguments name. Sets the exit code: 0, 1 for a failure, 2 for wrong settings. */
export const runProgram = async (program: string, command: Command): Promise<void> => {
  try {
    await command.parseAsync();
  } catch (reason) {
    const { code, message } = toAmiPublisherError(reason);
    process.stderr.write(`${program}: ${isAmiPublisherError(reason) ? message : (reason as Error).stack}\n`);
    process.exitCode = usageErrors.has(code) ? 2 : 1;
  }
};

const stopSignals = ['SIGTERM', 'SIGINT'] as const;
const usageErrors: ReadonlySet<string> = new Set(['INVALID_OPTION', 'INVALID_CONFIGURATION']);

const writeLine = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

const serve = async <Table extends CommonTable>(
  definition: DaemonDefinition<Table>,
  settings: Settings<Table>,
): Promise<void> => {
  const { program, version, logFields, start } = definition;
  const { logLevel, exitWithStdin } = settings as Settings<CommonTable>;
  const fields = { service: program, ...logFields?.(settings) };
  const logger = jsonLogger({ level: logLevel, fields });
  collectSooner();
  const daemon = await start(settings, logger);
  const stopped = untilStopped(exitWithStdin);
  writeLine(JSON.stringify({ listening: daemon.address }));
  logger.info('listening', { address: daemon.address, version });
  logger.info('stopping', { reason: await stopped });
  await daemon.close();
  // Standard input, when it is followed, would keep the process alive.
  process.stdin.destroy();
};

/** A signal that comes this soon after another is the same wish, told by two: a terminal tells all of its processes, ms. */
const sameWishMs = 1_000;

/** Resolves with what asks the daemon to end. A signal a while after that ends the process at once, as if nobody listened. */
const untilStopped = (withStdin: boolean): Promise<string> =>
  new Promise((resolve) => {
    const stop = (reason: string) => {
      setTimeout(() => {
        for (const signal of stopSignals) process.removeListener(signal, stop);
      }, sameWishMs).unref();
      resolve(reason);
    };
    for (const signal of stopSignals) process.on(signal, stop);
    if (!withStdin) return;
    for (const event of ['end', 'close', 'error']) process.stdin.once(event, () => stop('standard input'));
    process.stdin.resume();
  });
