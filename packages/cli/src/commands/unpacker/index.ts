import { type CommandDefinition, type OptionDefinition, under } from '../definition.js';
import {
  awsOptions,
  fleetOptions,
  imageServerOptions,
  outputOptions,
  progressOptions,
} from '../shared-options.js';

const which: readonly OptionDefinition[] = [
  ...under('Where', [
    {
      flags: '-t, --target <list>',
      summary: 'the unpackers of these targets, account,region; started if they are stopped',
    },
    { flags: '--unpacker <host:port>', summary: 'the unpacker at this address, without AWS' },
  ]),
  ...awsOptions,
  ...fleetOptions,
];
const common = [...which, ...progressOptions, ...outputOptions];
const losing = [
  ...under('How', [
    { flags: '--dry-run', summary: 'say what would be lost and do nothing' },
    { flags: '-y, --yes', summary: 'do it without asking' },
  ]),
  ...common,
];
const newStream: OptionDefinition = {
  flags: '--new-stream',
  summary: 'create the stream, if there is none of that name',
  group: 'How',
};
const kmsKey: OptionDefinition = {
  flags: '--kms-key <key>',
  summary: 'a name of the key that encrypts the volume, for plans',
  repeatable: true,
  group: 'How',
};
const force = (summary: string): OptionDefinition => ({ flags: '--force', summary, group: 'How' });
const stream = { name: '<stream>', summary: 'such as base/debian-12' };
const volume = { name: '<volume>', summary: 'EBS volume id, such as vol-0123456789abcdef0' };

/** `unpacker …`: what operators do with one unpacker or a few, by hand. */
export const unpackerCommand: CommandDefinition = {
  name: 'unpacker',
  summary:
    'unpackers by hand: status, add-device, claim-device, associate, forget-stream, remove-device, prepare, unpack, capture, copy, export, get-raw',
  commands: [
    {
      name: 'status',
      summary: 'show streams and volumes of unpackers',
      options: common,
      examples: ["ami-publisher unpacker status --target 'prod,us-east-1'"],
      load: async () => (await import('./operations.js')).unpackerStatus,
    },
    {
      name: 'add-device',
      summary: 'wait for a volume that is being attached, and give it to a stream',
      arguments: [stream, volume],
      options: [
        newStream,
        kmsKey,
        {
          flags: '--hint <device>',
          summary: 'device name that was asked for at the attachment, for hosts that do not tell identities',
          group: 'How',
        },
        ...common,
      ],
      examples: ["ami-publisher unpacker add-device base/sid vol-0a1b2c3d -t 'prod,us-east-1'"],
      load: async () => (await import('./devices.js')).addDevice,
    },
    {
      name: 'claim-device',
      summary: 'let an unpacker know a volume that is attached, without giving it to a stream',
      arguments: [volume],
      options: [force('also a volume that holds data'), ...losing],
      examples: ["ami-publisher unpacker claim-device vol-0a1b2c3d -t 'prod,us-east-1'"],
      load: async () => (await import('./devices.js')).claimDevice,
    },
    {
      name: 'associate',
      summary: 'give a stream a known volume; anything else on it is wiped',
      arguments: [stream, volume],
      options: [newStream, kmsKey, ...losing],
      examples: ["ami-publisher unpacker associate base/sid vol-0a1b2c3d -t 'prod,us-east-1'"],
      load: async () => (await import('./devices.js')).associate,
    },
    {
      name: 'forget-stream',
      summary: "wipe a stream's volume and forget the stream",
      arguments: [stream],
      options: [force('without a lease, stopping what runs; also if its volume is gone'), ...losing],
      examples: ["ami-publisher unpacker forget-stream base/sid -t 'prod,us-east-1' --dry-run"],
      load: async () => (await import('./devices.js')).forgetStream,
    },
    {
      name: 'remove-device',
      summary: 'let go of a volume, which keeps what it holds',
      arguments: [volume],
      options: [force('without a lease, stopping what runs'), ...losing],
      examples: ['ami-publisher unpacker remove-device vol-0a1b2c3d --unpacker 10.0.0.7:6974'],
      load: async () => (await import('./devices.js')).removeDevice,
    },
    {
      name: 'prepare',
      summary: "look at a stream's volume, so that an unpack can begin at once",
      arguments: [stream],
      options: [{ flags: '--full', summary: 'read every file again', group: 'How' }, ...common],
      examples: ["ami-publisher unpacker prepare base/debian-12 -t 'prod,*'"],
      load: async () => (await import('./operations.js')).prepare,
    },
    {
      name: 'unpack',
      summary: "make a stream's volume hold an image",
      arguments: [stream, { name: '<leaf>', summary: 'the release in the stream, such as 2026-11-22' }],
      options: [
        {
          flags: '--manifest-digest <digest>',
          summary: 'SHA-512 of the manifest',
          default: 'what the image server says',
          group: 'How',
        },
        ...imageServerOptions,
        ...common,
      ],
      examples: ["ami-publisher unpacker unpack base/debian-12 2026-11-22 -t 'dev,us-east-1'"],
      load: async () => (await import('./operations.js')).unpack,
    },
    {
      name: 'capture',
      summary: "seal a stream's volume, so that a snapshot may be taken of it",
      arguments: [stream],
      options: common,
      examples: ["ami-publisher unpacker capture base/debian-12 -t 'dev,us-east-1'"],
      load: async () => (await import('./operations.js')).capture,
    },
    {
      name: 'copy',
      summary: "let go of a stream's volume without sealing it, so that its device may be read",
      arguments: [stream],
      options: common,
      examples: ["ami-publisher unpacker copy base/debian-12 -t 'dev,us-east-1'"],
      load: async () => (await import('./operations.js')).copy,
    },
    {
      name: 'export',
      summary: "seal a stream's volume and have the unpacker write it as one file",
      arguments: [
        stream,
        { name: '<destination>', summary: "a path below the unpacker's export folder, or s3://BUCKET/KEY" },
      ],
      options: [
        {
          flags: '--format <name>',
          summary: 'form of the file',
          choices: ['raw', 'raw-zstd', 'vmdk'],
          default: 'raw',
          group: 'How',
        },
        ...common,
      ],
      examples: ["ami-publisher unpacker export base/sid s3://images/sid -t 'dev,us-east-1'"],
      load: async () => (await import('./operations.js')).exportImage,
    },
    {
      name: 'get-raw',
      summary: "read a stream's volume into a file here, sparse where it is zero",
      arguments: [stream, { name: '<file>', summary: 'is replaced when all has arrived' }],
      options: [
        ...under('How', [
          { flags: '--offset <bytes>', summary: 'where to begin', default: '0' },
          { flags: '--length <bytes>', summary: 'how much to read', default: 'to the end' },
        ]),
        ...common,
      ],
      examples: ["ami-publisher unpacker get-raw base/debian-12 debian-12.raw -t 'dev,us-east-1'"],
      load: async () => (await import('./operations.js')).getRaw,
    },
  ],
};
