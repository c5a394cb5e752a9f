/** One argument of the Orchestrator's command line. */
export interface OrchestratorArgument {
  /** With its dashes. */
  readonly name: string;
  readonly choices?: readonly string[];
  readonly repeatable?: true;
  /** Stands for true, and takes no value. */
  readonly flag?: true;
  /** Is ours: the original does not have it, and it must be written out, so that every abbreviation that the original takes still means the same. */
  readonly added?: true;
  /** What it is, for the help. */
  readonly summary: string;
}

const operationNames = [
  'AMI_CREATE',
  'AMI_CREATE_UPDATE',
  'AMI_PATCH',
  'AMI_PATCH_UPDATE',
  'AMI_GET_STATUS_BY_LIFECYCLE_ID',
  'AMI_GET_STATUSES',
  'AMI_TIMELINE_CREATE',
  'AMI_TIMELINE_PATCH',
  'AMI_APPROVAL_CREATE',
  'AMI_APPROVAL_PATCH',
  'AMI_QA_CERTIFICATION',
] as const;
export type OperationName = (typeof operationNames)[number];

/** Every argument, as the reference has them in 7.1, and after those our own. */
export const orchestratorArguments = [
  { name: '--mode', choices: ['UI', 'BATCH'], summary: 'menus, or one call without questions' },
  { name: '--operation', choices: operationNames, summary: 'what to do; needed in BATCH, ignored in UI' },
  {
    name: '--events',
    choices: [
      'AMI_BUILD_ONLY',
      'AMI_PATCH_ONLY',
      'SMOKE_TESTS',
      'VULNERABILITY_SCANS',
      'QA_CERTIFICATION_REQUEST',
    ],
    repeatable: true,
    summary: 'an event to run',
  },
  { name: '--owner', summary: 'who asks' },
  { name: '--stackTag', summary: 'slug of the branch' },
  { name: '--lifecycleId', summary: 'which lifecycle' },
  { name: '--productName', summary: 'product of a new AMI' },
  { name: '--productVer', summary: 'version of the product' },
  {
    name: '--notifications',
    repeatable: true,
    summary: 'METHOD::TARGET, such as EMAIL::team@example.org',
  },
  { name: '--properties', repeatable: true, summary: 'KEY::VALUE' },
  { name: '--certificationStatus', choices: ['CERTIFIED', 'FAILED'], summary: 'verdict of QA' },
  {
    name: '--approvalStatusAmiCreation',
    choices: ['APPROVED', 'FAILED'],
    summary: 'verdict about the created AMI',
  },
  {
    name: '--approvalStatusAmiPatch',
    choices: ['APPROVED', 'FAILED'],
    summary: 'verdict about the patched AMI',
  },
  { name: '--patchComponent', summary: 'component document: a YAML file, or s3://BUCKET/KEY' },
  { name: '--patchChangeDescription', summary: 'what the patch changes' },
  { name: '--semverBumpType', choices: ['MINOR', 'PATCH'], summary: 'how the patch raises the version' },
  { name: '--help', flag: true, summary: 'show this help' },
  {
    name: '--server',
    added: true,
    summary: 'URL of the lifecycle server [env: AMI_PUBLISHER_LIFECYCLE_SERVER]',
  },
  {
    name: '--api-key-file',
    added: true,
    summary: 'file with the key [env: AMI_PUBLISHER_LIFECYCLE_KEY_FILE; or AMI_PUBLISHER_LIFECYCLE_KEY]',
  },
  { name: '--legacy-keys', flag: true, added: true, summary: 'send keys in body and URL, not in a header' },
  { name: '--stack-name', added: true, summary: 'stack to find server and keys by [AmiLifecycle]' },
  { name: '--region', added: true, summary: 'AWS region of the stack [env: AWS_REGION]' },
  { name: '--profile', added: true, summary: 'AWS profile [env: AWS_PROFILE]' },
  {
    name: '--endpoint-url',
    added: true,
    summary: 'another AWS, such as the sandbox [env: AWS_ENDPOINT_URL]',
  },
  { name: '--timeout', added: true, summary: 'limit of each call, such as 30s [30s]' },
  { name: '--patch-bucket', added: true, summary: "bucket for component documents [the stack's]" },
  { name: '--wait', flag: true, added: true, summary: 'wait until the events have ended' },
  { name: '--url', flag: true, added: true, summary: 'print the URL of a status or timeline' },
  { name: '--json', flag: true, added: true, summary: 'print the whole answer as JSON' },
  {
    name: '--legacy-exit',
    flag: true,
    added: true,
    summary: 'exit 0 when the server refuses, and say what the original said',
  },
] as const satisfies readonly OrchestratorArgument[];

export type ArgumentName = (typeof orchestratorArguments)[number]['name'];
