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

const concurrency = under('How', [
  { flags: '--concurrency <number>', summary: 'how many targets at once', default: '32' },
]);

/** What counts as a use, beside what AWS tells of. */
const use = under('Which AMIs', [
  {
    flags: '--launched-within <duration>',
    summary: 'AMIs that AWS saw launched within this time are in use, whoever launched them',
    default: '7d',
  },
  {
    flags: '--usage-reports',
    summary: 'have AWS report which other accounts use the AMIs, and delete these reports again',
  },
  {
    flags: '--report-timeout <duration>',
    summary: 'how long those reports are waited for in each target; what is not there by then is in use',
    default: '15m',
  },
]);

/** What is kept although nothing uses it. */
const keep = under('Which AMIs', [
  { flags: '--min-age <duration>', summary: 'younger AMIs are kept', default: '24h' },
  {
    flags: '--keep-last <number>',
    summary: 'how many AMIs of each stream are kept in each target, the newest',
    default: '1',
  },
]);

const common = [...targetOptions, ...searchOptions, ...use];
const rest = [...awsOptions, ...journalOptions, ...concurrency];

/** Which AMIs of the targets are in use, and which may go. */
export const usageGroup: CommandGroup = {
  title: 'Use of AMIs',
  commands: [
    {
      name: 'list-used-images',
      summary: 'list the AMIs that something uses, with what does',
      options: [...common, ...rest, ...outputOptions],
      examples: ["ami-publisher list-used-images -t 'prod,*' -o json"],
      load: async () => (await import('../amis/usage.js')).listUsedImages,
    },
    {
      name: 'list-unused-images',
      summary: 'list the AMIs that nothing uses: which may go, and which are kept and why',
      options: [
        ...common,
        ...keep,
        ...rest,
        ...under('Output', [
          {
            flags: '--unused-images-csv <csv>',
            summary: 'write the AMIs that may go as a table for spreadsheets',
          },
          {
            flags: '--old-image-instances-csv <csv>',
            summary: 'write the instances of AMIs that are not young as such a table',
          },
        ]),
        ...outputOptions,
      ],
      examples: ['ami-publisher list-unused-images --keep-last 3 --unused-images-csv unused.csv'],
      load: async () => (await import('../amis/usage.js')).listUnusedImages,
    },
    {
      name: 'delete-unused-images',
      summary: 'disable the AMIs that nothing uses, for `expire` to delete later',
      options: [
        ...common,
        ...keep,
        ...under('Which AMIs', [
          { flags: '--max <number>', summary: 'refuse to do anything about more AMIs', default: '100' },
        ]),
        ...under('How', [
          { flags: '--after <duration>', summary: 'how long they can be had again', default: '7d' },
          { flags: '--now', summary: 'delete them at once, with their snapshots' },
        ]),
        ...rest,
        ...changeOptions,
        ...progressOptions,
        ...outputOptions,
      ],
      examples: ['ami-publisher delete-unused-images --keep-last 3 --dry-run'],
      load: async () => (await import('../amis/usage.js')).deleteUnusedImages,
    },
  ],
};
