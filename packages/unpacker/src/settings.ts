import {
  addressSchema,
  commonSettings,
  directorySchema,
  listenSchema,
  type Setting,
  type Settings,
  tlsOf,
  wholeNumberFromText,
} from '@ami-publisher/daemon';
import { imageServerProtocols } from '@ami-publisher/image';
import * as z from 'zod';
import { bootSettingsSchema } from './boot-settings.js';
import { defaultGrubDirectory } from './driver/block/boot/grub-boot-path.js';
import {
  defaultDevicesDirectory,
  defaultImageWaitMs,
  defaultPort,
  defaultRawPort,
  driverNames,
  type UnpackerOptions,
} from './start-unpacker.js';

/** What an unpacker can be told, by flags, environment and configuration file. */
export const unpackerSettings = {
  listen: {
    flag: '--listen <host:port>',
    summary: 'address to serve on; port 0 = any free one',
    schema: listenSchema,
    default: `127.0.0.1:${defaultPort}`,
  },
  rawPort: {
    flag: '--raw-port <port>',
    summary: 'where volumes are fetched by ticket, open only while there is one to fetch; 0 = any free one',
    schema: z.int('a whole number').min(0, 'at least 0').max(65_535, 'at most 65535'),
    fromText: wholeNumberFromText,
    default: defaultRawPort,
  },
  stateDirectory: {
    flag: '--state-dir <dir>',
    summary: 'folder of what must survive a restart; made if it is not there',
    schema: directorySchema,
    default: '/var/lib/image-unpacker',
  },
  devicesDirectory: {
    flag: '--devices-dir <dir>',
    summary: 'folder where the host names attached volumes by identity',
    schema: directorySchema,
    default: defaultDevicesDirectory,
  },
  driver: {
    flag: '--driver <name>',
    summary: `what a volume is: ${driverNames.join(', ')}`,
    schema: z.enum(driverNames, `one of ${driverNames.join(', ')}`),
    default: 'directory',
  },
  imageServer: {
    flag: '--image-server <host:port>',
    summary: 'where images come from',
    schema: addressSchema,
    required: true,
  },
  imageServerProtocol: {
    flag: '--image-server-protocol <name>',
    summary: `what it speaks: ${imageServerProtocols.join(', ')}; srpc = that of Go`,
    schema: z.enum(imageServerProtocols, `one of ${imageServerProtocols.join(', ')}`),
    default: 'grpc',
  },
  imageServerCertificates: {
    flag: '--image-server-certs <dir>',
    summary: 'folder with CA.pem and key pairs for an image server of Go; left out, those of this unpacker',
    schema: directorySchema,
  },
  imageWaitMs: {
    flag: '--image-wait <ms>',
    summary: 'how long to wait for an image that is not there yet, ms',
    schema: z.int('a whole number').min(0, 'at least 0').max(86_400_000, 'at most 86400000'),
    fromText: wholeNumberFromText,
    default: defaultImageWaitMs,
  },
  exportDirectory: {
    flag: '--export-dir <dir>',
    summary: 'the one folder that images may be exported to as files; left out, none may',
    schema: directorySchema,
  },
  scratchDirectory: {
    flag: '--scratch-dir <dir>',
    summary:
      'folder for what exports need meanwhile, emptied at the start; left out, one in the state folder',
    schema: directorySchema,
  },
  s3Endpoint: {
    flag: '--s3-endpoint <url>',
    summary: "another S3 to export to than AWS's own",
    schema: z.url({ protocol: /^https?$/, error: 'the URL of an S3' }),
  },
  boot: {
    summary: 'how images boot: kernelCommandLine, serialConsole, timeoutSeconds',
    schema: bootSettingsSchema,
  },
  streams: {
    summary: 'what is different for some streams, by name: boot',
    schema: z.record(z.string().min(1), z.strictObject({ boot: bootSettingsSchema })),
  },
  grubDirectory: {
    flag: '--grub-dir <dir>',
    summary: "driver block: folder with a folder of GRUB's modules for each platform",
    schema: directorySchema,
    default: defaultGrubDirectory,
  },
  account: {
    flag: '--account <id>',
    summary: 'account that this unpacker is in, for its log and pages',
    schema: z
      .string('the 12 digits of an account, in quotes')
      .regex(/^\d{12}$/, 'the 12 digits of an account'),
  },
  region: {
    flag: '--region <name>',
    summary: 'region that this unpacker is in, for its log and pages, and whose S3 exports go through',
    schema: z.string().regex(/^[a-z0-9-]{1,40}$/, 'the name of a region'),
  },
  ...commonSettings,
} as const satisfies Readonly<Record<string, Setting>>;

/** The options that the settings stand for. */
export const optionsOf = (settings: Settings<typeof unpackerSettings>): UnpackerOptions => ({
  host: settings.listen.host,
  port: settings.listen.port,
  rawPort: settings.rawPort,
  stateDirectory: settings.stateDirectory,
  devicesDirectory: settings.devicesDirectory,
  driver: settings.driver,
  imageServer: settings.imageServer,
  imageServerProtocol: settings.imageServerProtocol,
  imageServerCertificates: settings.imageServerCertificates,
  imageWaitMs: settings.imageWaitMs,
  exportDirectory: settings.exportDirectory,
  scratchDirectory: settings.scratchDirectory,
  s3Endpoint: settings.s3Endpoint,
  s3Region: settings.region,
  boot: settings.boot,
  bootOverrides:
    settings.streams &&
    Object.fromEntries(Object.entries(settings.streams).map(([name, { boot }]) => [name, boot])),
  grubDirectory: settings.grubDirectory,
  stopGraceMs: settings.stopGraceMs,
  tls: tlsOf(settings),
});
