import { type CommandGroup, under } from '../definition.js';
import {
  awsOptions,
  changeOptions,
  journalOptions,
  outputOptions,
  progressOptions,
  targetOptions,
} from '../shared-options.js';
import { searchOptions } from './search-options.js';

/** Of every command that changes AMIs. */
const options = [...awsOptions, ...journalOptions, ...changeOptions, ...progressOptions, ...outputOptions];

const resultsFiles = {
  name: '<file...>',
  summary: 'results files: what publish or list-images has printed',
};

/** AMIs of the targets, and their snapshots. */
export const amiGroup: CommandGroup = {
  title: 'AMIs',
  commands: [
    {
      name: 'delete',
      summary: 'disable the AMIs of results files, for expire to delete them later',
      arguments: [resultsFiles],
      options: [
        ...under('How', [
          {
            flags: '--after <duration>',
            summary: 'how long they can be had again before expire deletes them',
            default: '7d',
          },
          { flags: '--now', summary: 'delete them and their snapshots at once' },
        ]),
        ...options,
      ],
      examples: [
        'ami-publisher delete results.json --dry-run',
        'ami-publisher delete results.json --after 1d --yes',
      ],
      load: async () => (await import('../amis/resources.js')).deleteResources,
    },
    {
      name: 'delete-tags',
      summary: 'take a tag from the AMIs and snapshots of results files, whatever its value',
      arguments: [{ name: '<tag-key>', summary: 'key of the tag' }, resultsFiles],
      options,
      examples: ['ami-publisher delete-tags ExpiresAt results.json --yes'],
      load: async () => (await import('../amis/resources.js')).deleteTags,
    },
    {
      name: 'expire',
      summary: 'delete what is due by its tag ExpiresAt, or was disabled by delete',
      options: [...targetOptions, ...options],
      examples: ['ami-publisher expire --dry-run', "ami-publisher expire -t 'dev,*' --yes"],
      load: async () => (await import('../amis/expire.js')).expire,
    },
    {
      name: 'list-images',
      summary: 'list the AMIs that the accounts own',
      options: [
        ...targetOptions,
        ...searchOptions,
        ...under('Which AMIs', [{ flags: '--min-age <duration>', summary: 'leave out younger ones' }]),
        ...awsOptions,
        ...outputOptions,
      ],
      examples: [
        "ami-publisher list-images --search-tag Preferred=true -t 'prod,*'",
        "ami-publisher list-images --search-tag 'Name=base/*' --glob -o text",
      ],
      load: async () => (await import('../amis/list.js')).listImages,
    },
    {
      name: 'set-exclusive-tags',
      summary: 'tag the AMIs of results files, and take the tag from all others of their streams',
      arguments: [
        { name: '<key>', summary: 'key of the tag' },
        { name: '<value>', summary: 'its value' },
        { ...resultsFiles, name: '[file...]' },
      ],
      options: [
        ...under('How', [
          { flags: '--remove-name', summary: 'take Name too from those that lose it: they leave the stream' },
        ]),
        ...options,
      ],
      examples: ['ami-publisher set-exclusive-tags Preferred true results.json --dry-run'],
      load: async () => (await import('../amis/resources.js')).setExclusiveTags,
    },
  ],
};
