import { AmiPublisherError } from '@ami-publisher/base';
import {
  commonSettings,
  directorySchema,
  listenSchema,
  type Setting,
  type Settings,
  switchFromText,
  wholeNumberFromText,
} from '@ami-publisher/daemon';
import * as z from 'zod';
import { parseVersion } from './lifecycles/versions.js';
import type { OrchestratorOptions } from './start-orchestrator.js';
import type { DatabaseChoice } from './store/database.js';

const wholeNumber = z.number('a whole number').int('a whole number').min(1, 'at least 1');
const minuteMs = 60_000;

/** Where lifecycles are kept. */
export const databaseSettings = {
  dataDir: {
    flag: '--data-dir <dir>',
    summary: 'folder of an embedded database, for one process; made if it is not there',
    schema: directorySchema,
  },
  databaseUrl: {
    flag: '--database-url <url>',
    summary: 'a Postgres in its place, for any number of processes: postgres://USER@HOST/NAME',
    schema: z.string().regex(/^postgres(ql)?:\/\//, 'postgres://USER@HOST/NAME'),
  },
} as const satisfies Readonly<Record<string, Setting>>;

/** What a lifecycle server can be told, by flags, environment and configuration file. */
export const orchestratorSettings = {
  ...databaseSettings,
  listen: {
    flag: '--listen <host:port>',
    summary: 'address to serve on; port 0 = any free one; off loopback it takes a certificate',
    schema: listenSchema,
    default: '127.0.0.1:6980',
  },
  cert: commonSettings.cert,
  key: commonSettings.key,
  executors: {
    flag: '--executors <file>',
    summary:
      'configuration of products: what builds, tests, scans and releases their AMIs; without it no event can be asked for',
    schema: z.string().min(1, 'the name of a file'),
  },
  notifications: {
    flag: '--notifications <file>',
    summary: 'configuration of notifications: mail, webhooks, topics; without it nobody is told',
    schema: z.string().min(1, 'the name of a file'),
  },
  publicUrl: {
    flag: '--public-url <url>',
    summary: 'base of the URLs in records, if clients reach the server by another address than --listen',
    schema: z.string().regex(/^https?:\/\/\S+$/, 'an http or https URL'),
  },
  legacy: {
    flag: '--legacy',
    summary: 'serve clients of the AMI Lifecycle Orchestrator: keys in bodies and URLs, every failure a 500',
    schema: z.boolean(),
    fromText: switchFromText,
    default: false,
  },
  fourEyes: {
    flag: '--four-eyes',
    summary: 'refuse approvals by the key that asked for the AMI',
    schema: z.boolean(),
    fromText: switchFromText,
    default: false,
  },
  versionSeed: {
    flag: '--version-seed <version>',
    summary: 'version of the first AMI of a stack tag',
    schema: z.string().refine((text) => parseVersion(text) !== undefined, 'MAJOR.MINOR.PATCH'),
    default: '1.0.0',
  },
  attemptLimitMinutes: {
    flag: '--attempt-limit-minutes <minutes>',
    summary: 'how long an event may take before it is given up',
    schema: wholeNumber,
    fromText: wholeNumberFromText,
    default: 240,
  },
  silenceLimitMinutes: {
    flag: '--silence-limit-minutes <minutes>',
    summary: 'how long nothing may be heard from whoever works on an event before another takes it up',
    schema: wholeNumber,
    fromText: wholeNumberFromText,
    default: 3,
  },
  concurrency: {
    flag: '--concurrency <number>',
    summary: 'how many events this server works on at once; others wait, or are taken by other servers',
    schema: wholeNumber,
    fromText: wholeNumberFromText,
    default: 50,
  },
  logLevel: commonSettings.logLevel,
  exitWithStdin: commonSettings.exitWithStdin,
} as const satisfies Readonly<Record<string, Setting>>;

/** The database that the settings name. @throws `INVALID_OPTION` unless they name exactly one. */
export const databaseChoice = ({
  dataDir,
  databaseUrl,
}: Settings<typeof databaseSettings>): DatabaseChoice => {
  if (dataDir !== undefined && databaseUrl === undefined) return { directory: dataDir };
  if (databaseUrl !== undefined && dataDir === undefined) return { url: databaseUrl };
  throw new AmiPublisherError('INVALID_OPTION', {
    message: `expected either \`--data-dir\` or \`--database-url\`, got ${dataDir === undefined ? 'neither' : 'both'}`,
    remedy: 'see `--help`',
  });
};

/** The options that the settings stand for. @throws `INVALID_OPTION` for a certificate without its key. */
export const optionsOf = (
  settings: Settings<typeof orchestratorSettings>,
): Omit<OrchestratorOptions, 'database' | 'executors' | 'notifications'> => ({
  host: settings.listen.host,
  port: settings.listen.port,
  tls: tlsOf(settings),
  publicUrl: settings.publicUrl,
  legacy: settings.legacy,
  fourEyes: settings.fourEyes,
  versionSeed: settings.versionSeed,
  attemptLimitMs: settings.attemptLimitMinutes * minuteMs,
  concurrency: settings.concurrency,
  silenceLimitMs: settings.silenceLimitMinutes * minuteMs,
});

const tlsOf = ({ cert, key }: Settings<typeof orchestratorSettings>): OrchestratorOptions['tls'] => {
  if (cert !== undefined && key !== undefined) return { certFile: cert, keyFile: key };
  if (cert === undefined && key === undefined) return undefined;
  throw new AmiPublisherError('INVALID_OPTION', {
    message: 'expected both `--cert` and `--key`, or neither, got one of them',
  });
};
