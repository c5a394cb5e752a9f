import type { OptionDefinition } from './definition.js';

export const outputOptions: readonly OptionDefinition[] = [
  {
    flags: '-o, --output <format>',
    summary: 'table (on a terminal), json (elsewhere), yaml or text',
    choices: ['table', 'json', 'yaml', 'text'],
    environment: 'AMI_PUBLISHER_OUTPUT',
  },
  { flags: '--query <jmespath>', summary: 'print only this part of the JSON result' },
  { flags: '--debug', summary: 'log what happens, and print where errors come from' },
];

export const configurationOption: OptionDefinition = {
  flags: '-c, --config <file>',
  summary: 'configuration file (YAML): accounts, targets, overrides',
  environment: 'AMI_PUBLISHER_CONFIG',
};

export const awsOptions: readonly OptionDefinition[] = [
  configurationOption,
  { flags: '--profile <name>', summary: 'use only this AWS profile', environment: 'AWS_PROFILE' },
  {
    flags: '--endpoint-url <url>',
    summary: 'another AWS, such as the sandbox',
    environment: 'AWS_ENDPOINT_URL',
  },
];

export const targetOptions: readonly OptionDefinition[] = [
  {
    flags: '-t, --targets <list>',
    summary: "account,region;account,region; '*' matches, empty is everything; @file reads a list",
    environment: 'AMI_PUBLISHER_TARGETS',
  },
  { flags: '--skip-targets <list>', summary: 'targets to leave out, in the same form' },
  { flags: '--region <region>', summary: 'only this region, where --targets is not given' },
];

export const certificateOption: OptionDefinition = {
  flags: '--certs <directory>',
  summary: 'folder with CA.pem and client certificates (default ~/.ssl)',
  environment: 'AMI_PUBLISHER_CERTIFICATES',
};

export const insecureOption: OptionDefinition = {
  flags: '--insecure',
  summary: 'plain text instead of mutual TLS; loopback addresses only',
};

export const imageServerOption: OptionDefinition = {
  flags: '--image-server <host:port>',
  summary: 'image server (default localhost:6971)',
  environment: 'AMI_PUBLISHER_IMAGE_SERVER',
};

export const fleetOptions: readonly OptionDefinition[] = [
  { flags: '--instance-name <name>', summary: 'Name tag of unpacker instances (default ImageUnpacker)' },
  certificateOption,
  insecureOption,
  {
    flags: '--connect-timeout <duration>',
    summary: "how long an unpacker may take to answer (default 10m from its instance's launch)",
  },
];

export const progressOptions: readonly OptionDefinition[] = [
  { flags: '--no-progress', summary: 'print results only' },
  { flags: '-q, --quiet', summary: 'the same as --no-progress' },
];

export const publishOptions: readonly OptionDefinition[] = [
  {
    flags: '--tag <key=value>',
    summary: 'tag for AMI, snapshot and volume; may be repeated',
    repeatable: true,
  },
  { flags: '--tags <list>', summary: 'key=value,key=value or @file (JSON object)' },
  {
    flags: '--expires-in <duration>',
    summary: 'write the tag ExpiresAt, such as 12h or 30d (default: no expiry)',
  },
  {
    flags: '--ami-name <template>',
    summary: 'with {stream} {leaf} {architecture} {date} (default {stream}/{leaf})',
  },
  { flags: '--architecture <name>', summary: 'default x86_64', choices: ['x86_64', 'arm64'] },
  {
    flags: '--boot-mode <mode>',
    summary: 'default uefi-preferred, for arm64 uefi',
    choices: ['legacy-bios', 'uefi', 'uefi-preferred'],
  },
  { flags: '--no-ena-support', summary: 'leave the ENA mark off' },
  { flags: '--no-imds-v2-only', summary: 'let instances of the AMI take IMDSv1' },
  { flags: '--iops <number>', summary: 'gp3 IOPS of volume and root disk (default 3000)' },
  { flags: '--throughput <MiB/s>', summary: 'gp3 throughput of volume and root disk (default 125)' },
  {
    flags: '--kms-key <key>',
    summary: "ARN or id; overridden per target by the configuration (default: the account's EBS key)",
  },
  { flags: '--root-device-name <name>', summary: 'default /dev/xvda' },
  { flags: '--min-free <size>', summary: 'free room in the AMI, such as 512MiB (default 256MiB)' },
  { flags: '--deprecate-in <duration>', summary: 'have AWS mark the AMI deprecated after this time' },
  { flags: '--deregistration-protection', summary: 'have AWS refuse to deregister the AMI' },
  {
    flags: '--ignore-missing-unpackers',
    summary: 'leave out targets without unpacker instead of failing them',
  },
  { flags: '--concurrency <number>', summary: 'how many targets at once (default 64)' },
];
