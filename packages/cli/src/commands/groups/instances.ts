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

const instanceName = {
  flags: '--instance-name <name>',
  summary: 'Name tag of the instances, exactly',
  default: 'ImageUnpacker',
  group: 'Where',
};

/** Of every command that changes instances of the targets. */
const options = [
  ...targetOptions,
  instanceName,
  ...awsOptions,
  ...journalOptions,
  ...changeOptions,
  ...progressOptions,
  ...outputOptions,
];

/** Instances of the targets, found by their names. */
export const instanceGroup: CommandGroup = {
  title: 'Instances',
  commands: [
    {
      name: 'set-tags-on-unpackers',
      summary: 'tag the unpacker instances',
      options: [...tagOptions, ...options],
      examples: ["ami-publisher set-tags-on-unpackers --tag owner=images -t 'prod,*'"],
      load: async () => (await import('../instances/tags.js')).setTagsOnUnpackers,
    },
    {
      name: 'delete-tags-on-unpackers',
      summary: 'take tags from the unpacker instances, whatever their values',
      arguments: [{ name: '<tag-key...>', summary: 'keys of the tags' }],
      options,
      examples: ['ami-publisher delete-tags-on-unpackers owner --dry-run'],
      load: async () => (await import('../instances/tags.js')).deleteTagsOnUnpackers,
    },
  ],
};
