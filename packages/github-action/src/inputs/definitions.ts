/** The operations that the input `command` names. */
export const commandNames = [
  'publish',
  'plan',
  'rollback',
  'expire',
  'set-exclusive-tags',
  'lifecycle-create',
  'lifecycle-update',
  'lifecycle-approve',
  'lifecycle-status',
] as const;
export type CommandName = (typeof commandNames)[number];

/** An input of the action: what `action.yml` and the documentation say, and what is checked. */
export interface InputDefinition {
  readonly description: string;
  /** Which commands take it. */
  readonly commands: readonly CommandName[];
  /** Which of them cannot do without it. */
  readonly required?: readonly CommandName[];
  /** `flag`: true or false. `lines`: one value a line; blank lines are left out. @default 'text' */
  readonly kind?: 'text' | 'flag' | 'lines';
  readonly choices?: readonly string[];
  readonly default?: string;
  /** Masked before anything is logged, and shown in no message. */
  readonly secret?: true;
}

const publishing = ['publish', 'plan'] as const;
const withUnpackers = ['publish', 'plan', 'rollback'] as const;
const inTargets = [...withUnpackers, 'expire'] as const;
const onAws = [...inTargets, 'set-exclusive-tags'] as const;
const requests = ['lifecycle-create', 'lifecycle-update'] as const;
const changes = [...requests, 'lifecycle-approve'] as const;
const ofOne = ['lifecycle-update', 'lifecycle-approve', 'lifecycle-status'] as const;
const lifecycles = ['lifecycle-create', ...ofOne] as const;

const general = {
  command: {
    description: `What to do: ${commandNames.join(', ')}`,
    commands: commandNames,
    required: commandNames,
    choices: commandNames,
  },
  'config-file': {
    description:
      'Configuration file (YAML), the same that the command line reads; inputs go before what it says',
    commands: onAws,
  },
  targets: {
    description:
      'Targets, one account,region a line, where * matches; without it, those of the configuration file, else all',
    commands: inTargets,
    kind: 'lines',
  },
  'skip-targets': {
    description: 'Targets to leave out, in the same form',
    commands: inTargets,
    kind: 'lines',
  },
  journal: {
    description:
      'Where journals are kept: a folder of the runner, or s3://BUCKET/PREFIX[?region=NAME&profile=NAME]',
    commands: onAws,
  },
} as const satisfies Record<string, InputDefinition>;

const daemons = {
  'image-server': { description: 'Image server, host:port', commands: withUnpackers },
  certificates: { description: 'Folder with CA.pem and client certificates', commands: withUnpackers },
  'instance-name': { description: 'Name tag of unpacker instances', commands: withUnpackers },
  'connect-timeout': {
    description: 'How long an unpacker may take to answer, such as 5m',
    commands: withUnpackers,
  },
  connector: {
    description:
      'How unpackers are reached: private or public address, proxy, or ssm (Session Manager); without it, as the configuration file says',
    commands: withUnpackers,
    choices: ['private', 'public', 'proxy', 'ssm'],
  },
  'proxy-url': { description: 'With connector proxy: http://host:port', commands: withUnpackers },
  'proxy-credentials': {
    description: 'With connector proxy: user:password, from a secret',
    commands: withUnpackers,
    secret: true,
  },
  'ssm-plugin': {
    description: 'With connector ssm: path of session-manager-plugin, where it is not on the path',
    commands: withUnpackers,
  },
} as const satisfies Record<string, InputDefinition>;

const image = {
  stream: {
    description: 'Stream of the image, such as base/debian-12',
    commands: publishing,
    required: publishing,
  },
  leaf: {
    description: 'Release in the stream, such as 2026-11-22',
    commands: publishing,
    required: publishing,
  },
  tags: {
    description: 'Tags for AMI, snapshot and volume, one key=value a line',
    commands: publishing,
    kind: 'lines',
  },
  'expires-in': { description: 'Write the tag ExpiresAt, such as 12h or 30d', commands: publishing },
  'ami-name': {
    description: 'Name of the AMI, with {stream} {leaf} {architecture} {date}',
    commands: publishing,
    default: '{stream}/{leaf}',
  },
  architecture: {
    description: 'Architecture of the image: x86_64 or arm64',
    commands: publishing,
    choices: ['x86_64', 'arm64'],
    default: 'x86_64',
  },
  'boot-mode': {
    description:
      'How instances boot: legacy-bios, uefi or uefi-preferred; without it uefi-preferred, for arm64 uefi',
    commands: publishing,
    choices: ['legacy-bios', 'uefi', 'uefi-preferred'],
  },
  'ena-support': {
    description: 'Put the ENA mark on the AMI',
    commands: publishing,
    kind: 'flag',
    default: 'true',
  },
  'imds-v2-only': {
    description: 'Let instances of the AMI take IMDSv2 only',
    commands: publishing,
    kind: 'flag',
    default: 'true',
  },
  iops: { description: 'gp3 IOPS of volume and root disk', commands: publishing, default: '3000' },
  throughput: {
    description: 'gp3 throughput of volume and root disk, MiB/s',
    commands: publishing,
    default: '125',
  },
  'kms-key': {
    description:
      "KMS key (ARN, id or alias), overridden per target by the configuration; without it the account's EBS key",
    commands: publishing,
  },
  'root-device-name': {
    description: 'Root device of the AMI',
    commands: publishing,
    default: '/dev/xvda',
  },
  'min-free': {
    description: 'Free room in the AMI, such as 512MiB',
    commands: publishing,
    default: '256MiB',
  },
  'deprecate-in': { description: 'Have AWS mark the AMI deprecated after this time', commands: publishing },
  'ssm-parameter': {
    description:
      'Parameter of Systems Manager that is to hold the id of the newest AMI, such as /images/{stream}',
    commands: publishing,
  },
  'share-with': {
    description: 'Whom to share each AMI with, one a line: account id, or ARN of an organization or unit',
    commands: publishing,
    kind: 'lines',
  },
  'sharing-account': {
    description: 'Publish in the targets of this account alone, and share with the accounts of the others',
    commands: publishing,
  },
  'deregistration-protection': {
    description: 'Have AWS refuse to deregister the AMI',
    commands: publishing,
    kind: 'flag',
    default: 'false',
  },
  'ignore-missing-unpackers': {
    description: 'Leave out targets without unpacker instead of failing them',
    commands: publishing,
    kind: 'flag',
    default: 'false',
  },
  concurrency: { description: 'How many targets at once', commands: publishing, default: '1024' },
  'on-cancel': {
    description:
      'What the post step does with a publication that was cut short: rollback, resume, or keep; the last two need a journal that outlives the job',
    commands: ['publish'],
    choices: ['rollback', 'resume', 'keep'],
    default: 'rollback',
  },
} as const satisfies Record<string, InputDefinition>;

const afterwards = {
  'publication-id': {
    description: 'Publication to roll back, by the tags of its resources in the targets',
    commands: ['rollback'],
    required: ['rollback'],
  },
  force: {
    description: 'Also remove AMIs that are published',
    commands: ['rollback'],
    kind: 'flag',
    default: 'false',
  },
  'dry-run': {
    description: 'Say what would be done, and do nothing',
    commands: ['rollback', 'expire', 'set-exclusive-tags'],
    kind: 'flag',
    default: 'false',
  },
  results: {
    description: 'Output results of the publication whose AMIs are meant',
    commands: ['set-exclusive-tags'],
    required: ['set-exclusive-tags'],
  },
  'tag-key': {
    description: 'Key of the tag that these AMIs alone are to carry in their streams',
    commands: ['set-exclusive-tags'],
    required: ['set-exclusive-tags'],
  },
  'tag-value': {
    description: 'Its value',
    commands: ['set-exclusive-tags'],
    default: 'true',
  },
  'remove-name': {
    description: 'Take Name too from those that lose the tag: they leave the stream',
    commands: ['set-exclusive-tags'],
    kind: 'flag',
    default: 'false',
  },
} as const satisfies Record<string, InputDefinition>;

const lifecycle = {
  'lifecycle-server': {
    description: 'URL of the lifecycle server; without it, found by the outputs of its stack',
    commands: lifecycles,
  },
  'api-key': {
    description: 'Key for the lifecycle server, from a secret; without it, found in Secrets Manager',
    commands: lifecycles,
    secret: true,
  },
  'stack-name': {
    description: 'Stack of CloudFormation that the lifecycle server was deployed by',
    commands: lifecycles,
    default: 'AmiLifecycle',
  },
  'lifecycle-id': { description: 'Lifecycle that is meant', commands: ofOne, required: ofOne },
  'product-name': {
    description: 'Product of the AMI',
    commands: ['lifecycle-create'],
    required: ['lifecycle-create'],
  },
  'product-version': {
    description: 'Version of the product',
    commands: ['lifecycle-create'],
    required: ['lifecycle-create'],
  },
  'stack-tag': {
    description: "Slug of the branch; without it the workflow's branch, or the lifecycle's",
    commands: changes,
  },
  owner: {
    description: "Who asks; without it whoever started the workflow, or the lifecycle's owner",
    commands: requests,
  },
  notify: {
    description: 'Whom to tell of what happens, one a line: EMAIL=address, HTTP=url or SNS=arn',
    commands: requests,
    required: ['lifecycle-create'],
    kind: 'lines',
  },
  'commit-ref': {
    description: "Commit of the source; without it the workflow's",
    commands: ['lifecycle-create'],
  },
  events: {
    description:
      'What to run after the AMI is made, one a line: smoke-tests, vulnerability-scans, qa-certification-request, or all',
    commands: requests,
    kind: 'lines',
  },
  properties: {
    description: 'Properties of the request, one key=value a line',
    commands: changes,
    kind: 'lines',
  },
  refuse: {
    description: 'Record a refusal',
    commands: ['lifecycle-approve'],
    kind: 'flag',
    default: 'false',
  },
  patch: {
    description: 'The newest patch, not the creation',
    commands: ['lifecycle-approve'],
    kind: 'flag',
    default: 'false',
  },
  wait: {
    description: 'Wait until the events have ended, and fail unless all are completed',
    commands: changes,
    kind: 'flag',
    default: 'true',
  },
} as const satisfies Record<string, InputDefinition>;

const definitions = { ...general, ...daemons, ...image, ...afterwards, ...lifecycle };

export type InputName = keyof typeof definitions;

/** Every input of the action, in the order of the documentation. */
export const inputDefinitions: Readonly<Record<InputName, InputDefinition>> = definitions;

/** What the action answers with; an output that a command has nothing for is empty. */
export const outputDefinitions = {
  results: 'What came of it, as the command line prints it: JSON',
  'ami-ids': 'Ids of the AMIs: a JSON object of account,region to id',
  'failed-targets': 'Targets that failed or were cancelled: a JSON list of account,region',
  'publication-id': 'Id of the publication',
  'lifecycle-id': 'Id of the lifecycle',
} as const;

export type OutputName = keyof typeof outputDefinitions;
