import { type CommandGroup, under } from './definition.js';
import { imageCommands } from './image/definitions.js';
import {
  awsOptions,
  configOption,
  debugOption,
  endpointOption,
  fleetOptions,
  imageServerOptions,
  journalOptions,
  outputOptions,
  progressOptions,
  publishOptions,
  targetOptions,
} from './shared-options.js';
import { unpackerCommand } from './unpacker/index.js';

const image = [
  { name: '<stream>', summary: 'such as base/debian-12' },
  { name: '<leaf>', summary: 'the release in the stream, such as 2026-11-22' },
];
const publicationId = [
  { name: '<publication-id>', summary: 'as `publish` printed it, or `publications list` lists it' },
];
const publicationByTags = [
  {
    name: '[publication-id]',
    summary: 'as `publish` printed it, or `publications list` lists it; its journal must be here',
  },
];
const byTags = under('How', [
  {
    flags: '--publication <id>',
    summary: 'by the tags of its resources in the targets, without its journal',
  },
]);
const fleet = [...targetOptions, ...awsOptions, ...fleetOptions];
const journals = [...journalOptions, configOption, endpointOption];

/** Every command, as `--help` shows them. */
export const commandGroups: readonly CommandGroup[] = [
  {
    title: 'Publish',
    commands: [
      {
        name: 'publish',
        summary: 'publish an image as AMIs in many accounts and regions',
        arguments: image,
        options: [
          ...fleet,
          ...journalOptions,
          ...imageServerOptions,
          ...publishOptions,
          { flags: '--dry-run', summary: 'print the plan and do nothing', group: 'How' },
          {
            flags: '--results-file <file>',
            summary:
              'also write the results as a JSON list of AccountName, Region, AmiId, SnapshotId, Size, Error',
            group: 'Output',
          },
          ...progressOptions,
          ...outputOptions,
        ],
        examples: [
          "ami-publisher publish base/debian-12 2026-11-22 -t 'prod,us-east-1;dev,*'",
          'ami-publisher publish base/debian-12 2026-11-22 --tag team=base',
          "ami-publisher publish base/debian-12 2026-11-22 --query 'targets[].imageId'",
        ],
        load: async () => (await import('./publish.js')).publish,
      },
      {
        name: 'plan',
        summary: 'show what publishing would do, target by target; changes nothing',
        arguments: image,
        options: [...fleet, ...imageServerOptions, ...publishOptions, ...progressOptions, ...outputOptions],
        examples: ["ami-publisher plan base/debian-12 2026-11-22 --targets 'prod,us-east-1'"],
        load: async () => (await import('./publish.js')).plan,
      },
      {
        name: 'resume',
        summary: 'finish a publication that was interrupted or failed',
        arguments: publicationId,
        options: [
          ...awsOptions,
          ...journalOptions,
          ...fleetOptions,
          ...imageServerOptions,
          ...progressOptions,
          ...outputOptions,
        ],
        examples: ['ami-publisher resume pub-20261122140312-7f3a9c01'],
        load: async () => (await import('./publish.js')).resume,
      },
      {
        name: 'rollback',
        summary: 'remove what an unfinished publication made',
        arguments: publicationByTags,
        options: [
          ...byTags,
          { flags: '--force', summary: 'also remove AMIs that are published', group: 'How' },
          { flags: '--dry-run', summary: 'say what would be undone and do nothing', group: 'How' },
          ...fleet,
          ...journalOptions,
          ...progressOptions,
          ...outputOptions,
        ],
        examples: [
          'ami-publisher rollback pub-20261122140312-7f3a9c01 --dry-run',
          "ami-publisher rollback --publication pub-20261122140312-7f3a9c01 -t 'prod,*'",
        ],
        load: async () => (await import('./rollback.js')).rollback,
      },
      {
        name: 'status',
        summary: 'where a publication stands, from its journal or the tags of its resources',
        arguments: publicationByTags,
        options: [
          ...byTags,
          ...targetOptions,
          ...awsOptions,
          ...journalOptions,
          ...progressOptions,
          ...outputOptions,
        ],
        examples: [
          "ami-publisher status pub-20261122140312-7f3a9c01 --query 'targets[].imageId'",
          "ami-publisher status --publication pub-20261122140312-7f3a9c01 -t 'prod,*'",
        ],
        load: async () => (await import('./publications.js')).status,
      },
      {
        name: 'publications',
        summary: 'publications that there are journals of: list',
        commands: [
          {
            name: 'list',
            isDefault: true,
            summary: 'list the publications that there are journals of, the newest first',
            options: [...journals, ...outputOptions],
            examples: [
              'ami-publisher publications list',
              "ami-publisher publications list --journal 's3://state-of-builds/publications'",
            ],
            load: async () => (await import('./publications.js')).listPublications,
          },
        ],
      },
    ],
  },
  {
    title: 'Unpackers',
    commands: [
      {
        name: 'prepare-unpackers',
        summary: 'start unpackers, and scan the volumes of a stream, while the image is still being built',
        arguments: [{ name: '[stream]', summary: 'whose volumes to scan' }],
        options: [...fleet, ...progressOptions, ...outputOptions],
        examples: ["ami-publisher prepare-unpackers base/debian-12 --targets 'prod,*'"],
        load: async () => (await import('./fleet.js')).prepareUnpackers,
      },
      {
        name: 'list-unpackers',
        summary: 'list unpacker instances and what they do; starts nothing',
        options: [...fleet, ...progressOptions, ...outputOptions],
        examples: ["ami-publisher list-unpackers --targets '*,eu-*'"],
        load: async () => (await import('./fleet.js')).listUnpackers,
      },
      {
        name: 'list-streams',
        summary: 'list the streams that have volumes, from their tags; starts nothing',
        options: [...targetOptions, ...awsOptions, ...progressOptions, ...outputOptions],
        load: async () => (await import('./fleet.js')).listStreams,
      },
      unpackerCommand,
    ],
  },
  {
    title: 'Images',
    commands: [
      {
        name: 'image',
        summary: 'images on the image server: add, list, show, verify, set-expiry, delete, restore',
        commands: imageCommands,
      },
    ],
  },
  {
    title: 'Set up and try',
    commands: [
      {
        name: 'certs',
        summary: 'certificates for mutual TLS: create',
        commands: [
          {
            name: 'create',
            summary: 'make a private CA, a client certificate per role, and server certificates',
            arguments: [{ name: '[directory]', summary: 'where to put them (default: ~/.ssl)' }],
            options: [
              { flags: '--days <number>', summary: 'validity of the certificates', default: '365' },
              {
                flags: '--unpacker <account,region>',
                summary: 'also a server certificate for this unpacker',
                repeatable: true,
              },
              ...outputOptions,
            ],
            examples: ["ami-publisher certs create ./certs --unpacker '123456789012,us-east-1'"],
            load: async () => (await import('./certs.js')).createCertificates,
          },
        ],
      },
      {
        name: 'sandbox',
        summary: 'a local AWS with real unpackers: up',
        commands: [
          {
            name: 'up',
            summary: 'run it until Ctrl-C, and print the environment to export',
            options: [
              { flags: '--accounts <number>', summary: 'how many accounts', default: '3' },
              {
                flags: '--regions <number>',
                summary: 'how many regions, each with an unpacker',
                default: '4',
              },
              {
                flags: '--directory <directory>',
                summary: 'keep its state here',
                default: 'a temporary folder, removed at the end',
              },
              {
                flags: '--volumes <kind>',
                summary: 'what volumes are: directory, or block for real disks (root on Linux)',
                default: 'directory',
              },
              ...progressOptions,
              debugOption,
            ],
            examples: ['ami-publisher sandbox up --accounts 3 --regions 4'],
            load: async () => (await import('./sandbox.js')).sandboxUp,
          },
        ],
      },
      {
        name: 'demo',
        summary: 'publish two releases of a real tree to 6 targets in the sandbox, and verify every AMI',
        options: [
          { flags: '--keep <directory>', summary: 'leave trees and snapshots there to look at' },
          { flags: '--corrupt <number>', summary: 'damage this many snapshots before they are verified' },
          ...progressOptions,
          debugOption,
        ],
        examples: ['ami-publisher demo --keep ./demo', 'ami-publisher demo --corrupt 1'],
        load: async () => (await import('./demo.js')).demo,
      },
      {
        name: 'schema',
        summary: 'print the JSON Schema of the configuration file',
        options: [debugOption],
        examples: ['ami-publisher schema > ami-publisher.schema.json'],
        load: async () => (await import('./schema.js')).printSchema,
      },
    ],
  },
];
