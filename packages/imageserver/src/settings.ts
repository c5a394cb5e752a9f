import {
  commonSettings,
  directorySchema,
  listenSchema,
  type Setting,
  type Settings,
  tlsOf,
} from '@ami-publisher/daemon';
import type { ImageServerOptions } from './image-server.js';

/** Name of the daemon's program. */
export const program = 'imageserver';

/** What an image server can be told, by flags, environment and configuration file. */
export const imageServerSettings = {
  dataDir: {
    flag: '--data-dir <dir>',
    summary: 'where images and objects are kept; made if it is not there',
    schema: directorySchema,
    required: true,
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
  host: settings.listen.host,
  port: settings.listen.port,
  tls: tlsOf(settings),
});
