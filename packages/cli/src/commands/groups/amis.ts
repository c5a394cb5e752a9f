import { type CommandGroup, under } from '../definition.js';
import { networkOptions } from '../instances/launch-options.js';
import {
  awsOptions,
  changeOptions,
  fleetOptions,
  journalOptions,
  outputOptions,
  progressOptions,
  tagOptions,
  targetOptions,
} from '../shared-options.js';
import { searchOptions } from './search-options.js';

/** Of every command that changes AMIs. */
const options = [...awsOptions, ...journalOptions, ...changeOptions, ...progressOptions, ...outputOptions];

const resultsFiles = {
  name: '<file...>',
  summary: 'results files: what publish or list-images has printed',
};

/** The temporary instance of `copy-bootstrap-image --via instance`. */
const copierOptions = under('The instance', [
  {
    flags: '--copier-image <image>',
    summary: 'AMI with cloud-init, Bash and curl: its id, or an SSM parameter that holds it',
    default: 'Amazon Linux 2023, x86_64',
  },
  { flags: '--instance-type <type>', summary: 'instance type', default: 't3.medium, for arm64 t4g.medium' },
  { flags: '--key-name <name>', summary: 'EC2 key pair, to see why it fails', default: 'none' },
  {
    flags: '--source-address <kind>',
    summary: 'which address of the unpacker it fetches from',
    choices: ['private', 'public'],
    default: 'private',
  },
]);

/** AMIs of the targets, and their snapshots. */
export const amiGroup: CommandGroup = {
  title: 'AMIs',
  commands: [
    {
      name: 'copy-bootstrap-image',
      summary: 'copy the first AMI of a stream into targets that have none, from the nearest that has one',
      arguments: [{ name: '<stream>', summary: 'image stream, such as base/debian-12' }],
      options: [
        ...targetOptions,
        ...under('Where', [
          {
            flags: '--from <list>',
            summary: 'where to copy from, in the form of --targets',
            default: 'the targets themselves',
          },
        ]),
        ...under('How', [
          {
            flags: '--via <way>',
            summary: 'have AWS copy a snapshot, or have a temporary instance fetch the volume of an unpacker',
            choices: ['snapshot', 'instance'],
            default: 'snapshot',
          },
        ]),
        ...copierOptions,
        ...networkOptions,
        ...under('The AMI', [
          {
            flags: '--ami-name <template>',
            summary: 'with {stream} {leaf} {architecture} {date}',
            default: '{stream}/bootstrap',
          },
          {
            flags: '--kms-key <key>',
            summary: 'ARN, id or alias; overridden per target by the configuration',
            default: "the account's EBS key",
          },
          {
            flags: '--transfer-key <key>',
            summary: 'customer managed key at the source, for snapshots that cannot be shared',
            default: 'another source',
          },
        ]),
        ...tagOptions,
        ...options,
        ...fleetOptions,
      ],
      examples: [
        'ami-publisher copy-bootstrap-image base/unpacker --dry-run',
        "ami-publisher copy-bootstrap-image base/unpacker -t 'new,*' --from 'hub,*'",
        "ami-publisher copy-bootstrap-image base/unpacker -t 'new,*' --via instance",
      ],
      load: async () => (await import('../amis/bootstrap.js')).copyBootstrapImage,
    },
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
    {
      name: 'share',
      summary: 'let accounts, organizations and units launch AMIs, and accounts copy their snapshots',
      arguments: [{ ...resultsFiles, name: '[file...]' }],
      options: [
        ...under('How', [
          {
            flags: '--with <grantee>',
            summary: 'account id, or ARN of an organization or organizational unit',
            repeatable: true,
          },
          {
            flags: '--grant',
            summary: 'make a grant for each account that cannot use the key of a snapshot',
          },
        ]),
        ...searchOptions,
        ...targetOptions,
        ...options,
      ],
      examples: [
        'ami-publisher share results.json --with 222222222222 --dry-run',
        'ami-publisher share --search-tag Name=base/web --with 222222222222 --grant',
        'ami-publisher share results.json --with "$ORGANIZATION_ARN"',
      ],
      load: async () => (await import('../amis/sharing.js')).share,
    },
    {
      name: 'unshare',
      summary: 'take permissions of AMIs and their snapshots from accounts, organizations and units',
      arguments: [{ ...resultsFiles, name: '[file...]' }],
      options: [
        ...under('How', [
          {
            flags: '--from <grantee>',
            summary: 'account id, or ARN of an organization or organizational unit',
            repeatable: true,
          },
        ]),
        ...searchOptions,
        ...targetOptions,
        ...options,
      ],
      examples: ['ami-publisher unshare results.json --from 222222222222 --dry-run'],
      load: async () => (await import('../amis/sharing.js')).unshare,
    },
  ],
};
