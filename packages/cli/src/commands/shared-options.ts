import { type OptionDefinition, under } from './definition.js';

export const debugOption: OptionDefinition = {
  flags: '--debug',
  summary: 'log what happens, and print where errors come from',
  group: 'Output',
};

export const outputOptions: readonly OptionDefinition[] = [
  ...under('Output', [
    {
      flags: '-o, --output <format>',
      summary: 'form of the result',
      choices: ['table', 'json', 'yaml', 'text'],
      environment: 'AMI_PUBLISHER_OUTPUT',
      default: 'table on a terminal, else json',
    },
    { flags: '--query <jmespath>', summary: 'print only this part of the JSON result' },
  ]),
  debugOption,
];

export const progressOptions: readonly OptionDefinition[] = under('Output', [
  { flags: '--no-progress', summary: 'print results only' },
  { flags: '-q, --quiet', summary: 'the same as --no-progress' },
]);

/** Of every command that changes something. */
export const changeOptions: readonly OptionDefinition[] = under('How', [
  { flags: '--dry-run', summary: 'say what would be done, and do nothing' },
  { flags: '--yes', summary: 'do not ask before anything is destroyed' },
]);

export const targetOptions: readonly OptionDefinition[] = under('Where', [
  {
    flags: '-t, --targets <list>',
    summary: "account,region;account,region where '*' matches; @file reads a list",
    environment: 'AMI_PUBLISHER_TARGETS',
    default: 'every account and region',
  },
  { flags: '--skip-targets <list>', summary: 'targets to leave out, in the same form' },
  { flags: '--region <region>', summary: 'only this region, where --targets is not given' },
]);

export const journalOptions: readonly OptionDefinition[] = under('Where', [
  {
    flags: '--journal <place>',
    summary: 'journals of publications: a folder, or s3://BUCKET/PREFIX[?region=NAME&profile=NAME]',
    environment: 'AMI_PUBLISHER_JOURNAL',
    default: '~/.local/state/ami-publisher/publications',
  },
]);

export const configOption: OptionDefinition = {
  flags: '-c, --config <file>',
  summary: 'configuration file (YAML): accounts, targets, overrides',
  environment: 'AMI_PUBLISHER_CONFIG',
  group: 'Where',
};

export const endpointOption: OptionDefinition = {
  flags: '--endpoint-url <url>',
  summary: 'another AWS, such as the sandbox',
  environment: 'AWS_ENDPOINT_URL',
  group: 'Where',
};

export const awsOptions: readonly OptionDefinition[] = [
  configOption,
  ...under('Where', [
    { flags: '--profile <name>', summary: 'use only this AWS profile', environment: 'AWS_PROFILE' },
  ]),
  endpointOption,
];

const daemons = 'Daemons';

export const certificateOptions: readonly OptionDefinition[] = under(daemons, [
  {
    flags: '--certs <directory>',
    summary: 'folder with CA.pem and client certificates',
    environment: 'AMI_PUBLISHER_CERTIFICATES',
    default: '~/.ssl',
  },
  { flags: '--insecure', summary: 'plain text instead of mutual TLS; loopback addresses only' },
]);

export const imageServerOptions: readonly OptionDefinition[] = under(daemons, [
  {
    flags: '--image-server <host:port>',
    summary: 'image server',
    environment: 'AMI_PUBLISHER_IMAGE_SERVER',
    default: 'localhost:6971',
  },
]);

export const connectTimeoutOption: OptionDefinition = {
  flags: '--connect-timeout <duration>',
  summary: 'how long an unpacker may take to answer',
  default: "10m from its instance's launch",
  group: daemons,
};

export const fleetOptions: readonly OptionDefinition[] = [
  ...under(daemons, [
    {
      flags: '--instance-name <name>',
      summary: 'Name tag of unpacker instances',
      default: 'ImageUnpacker',
    },
    connectTimeoutOption,
  ]),
  ...certificateOptions,
];

export const tagOptions: readonly OptionDefinition[] = under('Tags', [
  { flags: '--tag <key=value>', summary: 'a tag; its value may hold , and =', repeatable: true },
  { flags: '--tags <list>', summary: 'key=value,key=value or @file (JSON object)' },
]);

export const publishOptions: readonly OptionDefinition[] = [
  ...under('The AMI', [
    {
      flags: '--tag <key=value>',
      summary: 'tag for AMI, snapshot and volume',
      repeatable: true,
    },
    { flags: '--tags <list>', summary: 'key=value,key=value or @file (JSON object)' },
    { flags: '--expires-in <duration>', summary: 'write the tag ExpiresAt, such as 12h or 30d' },
    {
      flags: '--ami-name <template>',
      summary: 'with {stream} {leaf} {architecture} {date}',
      default: '{stream}/{leaf}',
    },
    {
      flags: '--architecture <name>',
      summary: 'architecture of the image',
      choices: ['x86_64', 'arm64'],
      default: 'x86_64',
    },
    {
      flags: '--boot-mode <mode>',
      summary: 'how instances boot',
      choices: ['legacy-bios', 'uefi', 'uefi-preferred'],
      default: 'uefi-preferred, for arm64 uefi',
    },
    { flags: '--no-ena-support', summary: 'leave the ENA mark off' },
    { flags: '--no-imds-v2-only', summary: 'let instances of the AMI take IMDSv1' },
    { flags: '--iops <number>', summary: 'gp3 IOPS of volume and root disk', default: '3000' },
    { flags: '--throughput <MiB/s>', summary: 'gp3 throughput of volume and root disk', default: '125' },
    {
      flags: '--kms-key <key>',
      summary: 'ARN, id or alias; overridden per target by the configuration',
      default: "the account's EBS key",
    },
    { flags: '--root-device-name <name>', summary: 'root device of the AMI', default: '/dev/xvda' },
    { flags: '--min-free <size>', summary: 'free room in the AMI, such as 512MiB', default: '256MiB' },
    { flags: '--deprecate-in <duration>', summary: 'have AWS mark the AMI deprecated after this time' },
    {
      flags: '--ssm-parameter <template>',
      summary: 'parameter that is to hold the id of the newest AMI, such as /images/{stream}',
    },
    {
      flags: '--share-with <grantee>',
      summary: 'share each AMI: account id, or ARN of an organization or organizational unit',
      repeatable: true,
    },
    {
      flags: '--sharing-account <account>',
      summary: 'publish in the targets of this account alone, and share with the accounts of the others',
    },
    { flags: '--deregistration-protection', summary: 'have AWS refuse to deregister the AMI' },
  ]),
  ...under('How', [
    {
      flags: '--ignore-missing-unpackers',
      summary: 'leave out targets without unpacker instead of failing them',
    },
    { flags: '--concurrency <number>', summary: 'how many targets at once', default: '1024' },
  ]),
];
