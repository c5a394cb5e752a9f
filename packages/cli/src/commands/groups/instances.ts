import type { CommandGroup } from '../definition.js';
import {
  awsOptions,
  certificateOptions,
  changeOptions,
  connectTimeoutOption,
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

const force = (summary: string) => ({ flags: '--force', summary, group: 'How' });

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

/** Of those that also ask the unpackers on them. */
const withUnpackers = [...options, connectTimeoutOption, ...certificateOptions];

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
    {
      name: 'start-instances',
      summary: 'start every instance of the name that does not run',
      options: [
        {
          flags: '--wait <what>',
          summary: 'until the instances run, or until their unpackers answer',
          choices: ['running', 'unpacker'],
          default: 'running',
          group: 'How',
        },
        ...withUnpackers,
      ],
      examples: ["ami-publisher start-instances --wait unpacker -t 'prod,*'"],
      load: async () => (await import('../instances/states.js')).startInstances,
    },
    {
      name: 'stop-idle-unpackers',
      summary: 'stop the unpackers that no publication uses',
      options: [
        {
          flags: '--max-idle-time <duration>',
          summary: 'how long they may not have been used',
          default: '5m',
          group: 'How',
        },
        ...withUnpackers,
      ],
      examples: ["ami-publisher stop-idle-unpackers --max-idle-time 30m --targets '*,*'"],
      load: async () => (await import('../instances/states.js')).stopIdleUnpackers,
    },
    {
      name: 'terminate-instances',
      summary: 'terminate every instance of the name, unless it works for a publication',
      options: [
        { flags: '--keep-volumes', summary: 'keep the volumes of streams', group: 'How' },
        force('terminate also what works for a publication, and what does not tell'),
        ...withUnpackers,
      ],
      examples: ['ami-publisher terminate-instances --instance-name smoke-test --dry-run'],
      load: async () => (await import('../instances/states.js')).terminateInstances,
    },
  ],
};
