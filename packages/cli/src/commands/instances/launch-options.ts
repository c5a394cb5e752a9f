import { type OptionDefinition, under } from '../definition.js';

const tagSearch = (kind: string, what: string, standard: string): OptionDefinition => ({
  flags: `--${kind}-tag <k=v>`,
  summary: `a tag of ${what}; key= for any value`,
  default: standard,
  repeatable: true,
});

/** How the AMI is found by a stream. */
export const launchSearchOptions = under('The instance', [tagSearch('search', 'the AMI', 'Preferred=true')]);

/** Where an instance is launched. */
export const networkOptions: readonly OptionDefinition[] = under('Its network', [
  { flags: '--vpc <id>', summary: 'the VPC' },
  tagSearch('vpc', 'the VPC', 'Preferred=true'),
  { flags: '--subnet <id>', summary: 'a subnet; the next is tried for want of capacity', repeatable: true },
  tagSearch('subnet', 'the subnets', 'Network=Private'),
  {
    flags: '--security-group <id>',
    summary: 'a security group',
    default: "the VPC's default group",
    repeatable: true,
  },
  tagSearch('security-group', 'the security group', 'none'),
]);

/** Of commands that launch instances. */
export const launchOptions: readonly OptionDefinition[] = [
  ...under('The instance', [
    { flags: '--instance-type <type>', summary: 'instance type', default: 't3.medium, for arm64 t4g.medium' },
    { flags: '--root-volume-size <GiB>', summary: 'size of the root volume', default: 'as in the AMI' },
    { flags: '--key-name <name>', summary: 'EC2 key pair for SSH', default: 'none' },
    { flags: '--instance-profile <name>', summary: 'name or ARN of an instance profile', default: 'none' },
    { flags: '--allow-imds-v1', summary: 'let the instance ask for metadata without a token' },
    { flags: '--tag <key=value>', summary: 'a tag for instance and volumes', repeatable: true },
    { flags: '--tags <list>', summary: 'key=value,key=value or @file (JSON object)' },
  ]),
  ...networkOptions,
];
