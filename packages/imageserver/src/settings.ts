import {
  commonSettings,
  directorySchema,
  listenSchema,
  type Setting,
  type Settings,
  tlsOf,
  wholeNumberFromText,
} from '@ami-publisher/daemon';
import * as z from 'zod';
import type { ImageServerOptions } from './image-server.js';

const wholeNumber = z.number('a whole number').int('a whole number').min(1, 'at least 1');
const hourMs = 3_600_000;
const minuteMs = 60_000;

/** What an image server can be told, by flags, environment and configuration file. */
export const imageServerSettings = {
  dataDir: {
    flag: '--data-dir <dir>',
    summary: 'where images and objects are kept, in place of --store; made if it is not there',
    schema: directorySchema,
  },
  store: {
    flag: '--store <url>',
    summary: 'bucket where images and objects are kept, in place of --data-dir: s3://BUCKET/PREFIX',
    schema: z.string().regex(/^s3:\/\//, 's3://BUCKET/PREFIX'),
  },
  graceHours: {
    flag: '--grace-hours <hours>',
    summary: 'how long deleted images can be restored, and objects stay that no image lists',
    schema: wholeNumber,
    fromText: wholeNumberFromText,
    default: 24,
  },
  collectMinutes: {
    flag: '--collect-minutes <minutes>',
    summary: 'pause between collections of garbage',
    schema: wholeNumber,
    fromText: wholeNumberFromText,
    default: 60,
  },
  listen: {
    flag: '--listen <host:port>',
    summary: 'address to serve on; port 0 = any free one',
    schema: listenSchema,
    default: '127.0.0.1:6971',
  },
  ...commonSettings,
} as const satisfies Readonly<Record<string, Setting>>;

/** The options that the settings stand for. */
export const optionsOf = (settings: Settings<typeof imageServerSettings>): ImageServerOptions => ({
  dataDir: settings.dataDir,
  store: settings.store,
  graceMs: settings.graceHours * hourMs,
  collectEveryMs: settings.collectMinutes * minuteMs,
  host: settings.listen.host,
  port: settings.listen.port,
  stopGraceMs: settings.stopGraceMs,
  tls: tlsOf(settings),
});
