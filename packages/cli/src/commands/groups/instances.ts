import type { CommandGroup, OptionDefinition } from '../definition.js';
import { launchOptions, launchSearchOptions } from '../instances/launch-options.js';
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

const waitOption = (standard: string): OptionDefinition => ({
  flags: '--wait <what>',
  summary: 'until the instances run, or until their unpackers answer',
  choices: ['running', 'unpacker'],
  default: standard,
  group: 'How',
});

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

/** Of those whose targets are in results files. */
const elsewhere = [
  ...awsOptions,
  ...journalOptions,
  ...changeOptions,
  ...progressOptions,
  ...outputOptions,
  connectTimeoutOption,
  ...certificateOptions,
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
      name: 'import-key-pair',
      summary: 'give every target an EC2 key pair',
      arguments: [
        { name: '<name>', summary: 'of the key pair' },
        { name: '<public-key-file>', summary: 'RSA or ED25519, as OpenSSH writes it' },
      ],
      options: [
        { flags: '--replace', summary: 'delete another key of that name first', group: 'How' },
        ...targetOptions,
        ...awsOptions,
        ...journalOptions,
        ...changeOptions,
        ...progressOptions,
        ...outputOptions,
      ],
      examples: ["ami-publisher import-key-pair team ~/.ssh/id_ed25519.pub -t 'prod,*'"],
      load: async () => (await import('../instances/key-pair.js')).importKeyPair,
    },
    {
      name: 'launch-instances',
      summary: 'launch an instance in each target that has none of the name',
      arguments: [{ name: '<image>', summary: 'a stream, whose latest AMI is taken, or the id of an AMI' }],
      options: [
        ...launchSearchOptions,
        ...launchOptions,
        waitOption('unpacker for instances called ImageUnpacker, else running'),
        {
          flags: '--replace-instances',
          summary:
            'terminate those that are there, once the new one is ready and they work for no publication',
          group: 'How',
        },
        { flags: '--keep-volumes', summary: 'replacing, keep the volumes of streams', group: 'How' },
        force('replacing, terminate also what works for a publication, and what does not tell'),
        ...withUnpackers,
      ],
      examples: [
        'ami-publisher launch-instances base/unpacker --instance-profile unpacker',
        'ami-publisher launch-instances base/unpacker --replace-instances --dry-run',
      ],
      load: async () => (await import('../instances/launch.js')).launchInstances,
    },
    {
      name: 'launch-instances-for-images',
      summary: 'launch an instance of each AMI that results files name',
      arguments: [{ name: '[results-file...]', summary: 'as publish has written or printed them' }],
      options: [
        ...launchOptions,
        {
          flags: '--expires-in <duration>',
          summary: 'write the tag ExpiresAt, such as 12h',
          group: 'The instance',
        },
        waitOption('running'),
        instanceName,
        ...elsewhere,
      ],
      examples: ['ami-publisher launch-instances-for-images results.json --expires-in 2h'],
      load: async () => (await import('../instances/launch.js')).launchInstancesForImages,
    },
    {
      name: 'start-instances',
      summary: 'start every instance of the name that does not run',
      options: [waitOption('running'), ...withUnpackers],
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
