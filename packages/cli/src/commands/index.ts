import type { CommandGroup } from './definition.js';
import {
  awsOptions,
  certificateOption,
  fleetOptions,
  imageServerOption,
  insecureOption,
  outputOptions,
  progressOptions,
  publishOptions,
  targetOptions,
} from './shared-options.js';

const image = [
  { name: '<stream>', summary: 'such as base/debian-12' },
  { name: '<leaf>', summary: 'the release in the stream, such as 2026-11-22' },
];
const publicationId = [
  { name: '<publication-id>', summary: 'as `publish` printed it, or `publications` lists it' },
];
const imageServer = [imageServerOption, certificateOption, insecureOption, ...outputOptions];
const imageName = [{ name: '<image>', summary: 'STREAM/LEAF' }];
const fleet = [...targetOptions, ...awsOptions, ...fleetOptions];

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
          imageServerOption,
          ...publishOptions,
          { flags: '--dry-run', summary: 'print the plan and do nothing' },
          {
            flags: '--results-file <file>',
            summary: "also write the results in the reference's form (AccountName, Region, AmiId, …)",
          },
          ...progressOptions,
          ...outputOptions,
        ],
        examples: [
          "ami-publisher publish base/debian-12 2026-11-22 --targets 'prod,us-east-1;dev,*' --tag team=base",
          "ami-publisher publish base/debian-12 2026-11-22 --expires-in 2d --query 'targets[].imageId'",
        ],
        load: async () => (await import('./publish.js')).publish,
      },
      {
        name: 'plan',
        summary: 'show what publishing would do, target by target; changes nothing',
        arguments: image,
        options: [...fleet, imageServerOption, ...publishOptions, ...outputOptions],
        load: async () => (await import('./publish.js')).plan,
      },
      {
        name: 'resume',
        summary: 'finish a publication that was interrupted or failed',
        arguments: publicationId,
        options: [...awsOptions, ...fleetOptions, imageServerOption, ...progressOptions, ...outputOptions],
        load: async () => (await import('./publish.js')).resume,
      },
      {
        name: 'rollback',
        summary: 'remove what an unfinished publication made',
        arguments: publicationId,
        options: [
          ...awsOptions,
          ...fleetOptions,
          { flags: '--force', summary: 'also remove AMIs that are published' },
          { flags: '--dry-run', summary: 'say what would be undone and do nothing' },
          ...outputOptions,
        ],
        load: async () => (await import('./rollback.js')).rollback,
      },
      {
        name: 'status',
        summary: 'where a publication stands, from its journal',
        arguments: publicationId,
        options: outputOptions,
        load: async () => (await import('./publications.js')).status,
      },
      {
        name: 'publications',
        summary: 'list the publications that there are journals of',
        options: outputOptions,
        load: async () => (await import('./publications.js')).publications,
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
        options: [...fleet, ...outputOptions],
        load: async () => (await import('./fleet.js')).prepareUnpackers,
      },
      {
        name: 'list-unpackers',
        summary: 'list unpacker instances and what they do; starts nothing',
        options: [...fleet, ...outputOptions],
        load: async () => (await import('./fleet.js')).listUnpackers,
      },
      {
        name: 'list-streams',
        summary: 'list the streams that have volumes, from their tags; starts nothing',
        options: [...targetOptions, ...awsOptions, ...outputOptions],
        load: async () => (await import('./fleet.js')).listStreams,
      },
    ],
  },
  {
    title: 'Images',
    commands: [
      {
        name: 'image',
        summary: 'keep images on the image server',
        commands: [
          {
            name: 'add',
            summary: 'add a folder or a tar archive as an image; images are immutable',
            arguments: [
              ...imageName,
              { name: '<path>', summary: 'a folder, a .tar or .tar.gz file, or - for a tar stream' },
            ],
            options: [...progressOptions, ...imageServer],
            examples: [
              'ami-publisher image add base/debian-12/2026-11-22 ./rootfs',
              'tar c -C rootfs . | ami-publisher image add base/debian-12/x -',
            ],
            load: async () => (await import('./image.js')).addImage,
          },
          {
            name: 'list',
            summary: 'list images',
            arguments: [{ name: '[stream]', summary: 'of this stream only' }],
            options: imageServer,
            load: async () => (await import('./image.js')).listImages,
          },
          {
            name: 'show',
            summary: 'show one image',
            arguments: imageName,
            options: [...imageServer, { flags: '--entries', summary: 'list every path of it' }],
            load: async () => (await import('./image.js')).showImage,
          },
          {
            name: 'verify',
            summary: 'have the server read every object of an image again and compare digests',
            arguments: imageName,
            options: [...progressOptions, ...imageServer],
            load: async () => (await import('./image.js')).verifyImage,
          },
        ],
      },
    ],
  },
  {
    title: 'Set up and try',
    commands: [
      {
        name: 'certs',
        summary: 'certificates for mutual TLS',
        commands: [
          {
            name: 'create',
            summary: 'make a private CA, a client certificate per role, and server certificates',
            arguments: [{ name: '[directory]', summary: 'default ~/.ssl' }],
            options: [
              { flags: '--days <number>', summary: 'validity of the certificates (default 365)' },
              {
                flags: '--unpacker <account,region>',
                summary: 'also a server certificate for this unpacker; may be repeated',
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
        summary: 'a local AWS with real unpackers',
        commands: [
          {
            name: 'up',
            summary: 'run it until Ctrl-C, and print the environment to export',
            options: [
              { flags: '--accounts <number>', summary: 'default 3' },
              { flags: '--regions <number>', summary: 'default 4' },
              {
                flags: '--directory <directory>',
                summary: 'keep its state here (default: a temporary folder, removed at the end)',
              },
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
        ],
        load: async () => (await import('./demo.js')).demo,
      },
      {
        name: 'schema',
        summary: 'print the JSON Schema of the configuration file',
        load: async () => (await import('./schema.js')).printSchema,
      },
    ],
  },
];
