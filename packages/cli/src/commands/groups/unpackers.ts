import type { CommandGroup } from '../definition.js';
import {
  awsOptions,
  changeOptions,
  journalOptions,
  outputOptions,
  progressOptions,
  tagOptions,
  targetOptions,
} from '../shared-options.js';
import { unpackerCommand } from '../unpacker/index.js';
import { fleet } from './fleet-options.js';

const changing = [...fleet, ...journalOptions, ...changeOptions, ...progressOptions, ...outputOptions];

/** The unpackers of the targets, and what is on them. */
export const unpackerGroup: CommandGroup = {
  title: 'Unpackers',
  commands: [
    {
      name: 'prepare-unpackers',
      summary: 'start unpackers, and scan the volumes of a stream, while the image is still being built',
      arguments: [{ name: '[stream]', summary: 'whose volumes to scan' }],
      options: [...fleet, ...progressOptions, ...outputOptions],
      examples: ["ami-publisher prepare-unpackers base/debian-12 --targets 'prod,*'"],
      load: async () => (await import('../fleet.js')).prepareUnpackers,
    },
    {
      name: 'list-unpackers',
      summary: 'list unpacker instances and what they do; starts nothing',
      options: [...fleet, ...progressOptions, ...outputOptions],
      examples: ["ami-publisher list-unpackers --targets '*,eu-*'"],
      load: async () => (await import('../fleet.js')).listUnpackers,
    },
    {
      name: 'list-streams',
      summary: 'list the streams that have volumes, from their tags; starts nothing',
      options: [...targetOptions, ...awsOptions, ...progressOptions, ...outputOptions],
      load: async () => (await import('../fleet.js')).listStreams,
    },
    {
      name: 'add-volumes',
      summary: 'give each unpacker one more volume, for a stream to take',
      arguments: [{ name: '<size-in-gib>', summary: 'such as 8' }],
      options: [
        ...tagOptions,
        { flags: '--kms-key <key>', summary: 'ARN, id or alias', default: "the account's EBS key" },
        {
          flags: '--if-none-free',
          summary: 'only where no free volume of the size is there yet',
          group: 'How',
        },
        ...changing,
      ],
      examples: ["ami-publisher add-volumes 8 --if-none-free -t 'prod,*'"],
      load: async () => (await import('../volumes.js')).addVolumes,
    },
    {
      name: 'remove-unused-volumes',
      summary: 'delete the volumes of unpackers that no stream uses',
      options: changing,
      examples: ['ami-publisher remove-unused-volumes --dry-run'],
      load: async () => (await import('../volumes.js')).removeUnusedVolumes,
    },
    unpackerCommand,
  ],
};
