import type { CommandGroup } from '../definition.js';
import { awsOptions, outputOptions, progressOptions, targetOptions } from '../shared-options.js';
import { unpackerCommand } from '../unpacker/index.js';
import { fleet } from './fleet-options.js';

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
    unpackerCommand,
  ],
};
