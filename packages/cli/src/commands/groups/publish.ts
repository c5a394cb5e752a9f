import { type CommandGroup, under } from '../definition.js';
import {
  awsOptions,
  configOption,
  endpointOption,
  fleetOptions,
  imageServerOptions,
  journalOptions,
  outputOptions,
  progressOptions,
  publishOptions,
  targetOptions,
} from '../shared-options.js';
import { fleet } from './fleet-options.js';

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
const journals = [...journalOptions, configOption, endpointOption];

/** Publications, and what becomes of them. */
export const publishGroup: CommandGroup = {
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
      load: async () => (await import('../publish.js')).publish,
    },
    {
      name: 'plan',
      summary: 'show what publishing would do, target by target; changes nothing',
      arguments: image,
      options: [...fleet, ...imageServerOptions, ...publishOptions, ...progressOptions, ...outputOptions],
      examples: ["ami-publisher plan base/debian-12 2026-11-22 --targets 'prod,us-east-1'"],
      load: async () => (await import('../publish.js')).plan,
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
      load: async () => (await import('../publish.js')).resume,
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
      load: async () => (await import('../rollback.js')).rollback,
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
      load: async () => (await import('../publications.js')).status,
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
          load: async () => (await import('../publications.js')).listPublications,
        },
      ],
    },
  ],
};
