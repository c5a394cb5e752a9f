import { type OptionDefinition, under } from '../definition.js';
import { endpointOption, outputOptions, progressOptions } from '../shared-options.js';

/** How to reach the server. */
export const server: readonly OptionDefinition[] = [
  ...under('Server', [
    {
      flags: '--server <url>',
      summary: 'URL of the lifecycle server',
      environment: 'AMI_PUBLISHER_LIFECYCLE_SERVER',
      default: "found by its stack's outputs",
    },
    {
      flags: '--api-key-file <file>',
      summary: 'file that holds the key; AMI_PUBLISHER_LIFECYCLE_KEY may hold the key itself',
      environment: 'AMI_PUBLISHER_LIFECYCLE_KEY_FILE',
      default: 'found in Secrets Manager',
    },
    { flags: '--legacy-keys', summary: 'send keys in body and URL, as the original server wants them' },
    {
      flags: '--stack-name <name>',
      summary: 'stack of CloudFormation that the server was deployed by',
      default: 'AmiLifecycle',
    },
    { flags: '--region <region>', summary: 'AWS region of the stack', default: "the profile's" },
    { flags: '--profile <name>', summary: 'AWS profile', environment: 'AWS_PROFILE' },
    { flags: '--timeout <duration>', summary: 'limit of each call', default: '30s' },
  ]),
  { ...endpointOption, group: 'Server' },
];

/** Which lifecycle. */
export const lifecycleId = [
  { name: '<lifecycle-id>', summary: 'as `create` printed it, or `list` lists it' },
];

/** What to run. */
export const events = (steps: string): readonly OptionDefinition[] =>
  under('Events', [
    { flags: '--event <event>', summary: `what to run after the AMI is made: ${steps}`, repeatable: true },
  ]);
/** Names of `--event` for a creation. */
export const creationSteps = 'smoke-tests, vulnerability-scans, qa-certification-request, or all';
/** Names of `--event` for a patch. */
export const patchSteps = 'smoke-tests, vulnerability-scans, or all';

/** Who asks, and who is told; `of` says whose they are where they are left out. */
const who = (of: string | undefined, stackTag: string): readonly OptionDefinition[] => {
  const otherwise = of === undefined ? {} : { default: of };
  return under('Request', [
    { flags: '--stack-tag <tag>', summary: 'slug of the branch', default: stackTag },
    {
      flags: '--owner <name>',
      summary: 'who asks',
      environment: 'AMI_PUBLISHER_LIFECYCLE_OWNER',
      ...otherwise,
    },
    {
      flags: '--notify <method=target>',
      summary: 'EMAIL=address, HTTP=url or SNS=arn to tell of what happens',
      repeatable: true,
      ...otherwise,
    },
    { flags: '--property <key=value>', summary: 'a property of the request', repeatable: true },
  ]);
};
/** Who asks for a new lifecycle, and who is told. */
export const whoBegins = who(undefined, "the git branch's");
/** Who goes on with a lifecycle, and who is told. */
export const whoGoesOn = who("the lifecycle's", "the lifecycle's");
/** The commit of the source. */
export const commit = under('Request', [
  { flags: '--commit-ref <commit>', summary: 'commit of the source', default: "git's HEAD" },
]);
/** Of every verdict. */
export const verdictOptions = under('Request', [
  { flags: '--stack-tag <tag>', summary: 'slug of the branch', default: "the lifecycle's" },
  { flags: '--property <key=value>', summary: 'a property of the verdict', repeatable: true },
  { flags: '--refuse', summary: 'record a refusal' },
]);
/** Of what begins events. */
export const wait = under('How', [
  { flags: '--wait', summary: 'wait until the events have ended; exits 1 unless all are completed' },
]);
/** Which part of a lifecycle. */
export const ofPatch = under('What', [{ flags: '--patch', summary: 'the newest patch, not the creation' }]);
/** How results are shown. */
export const out = [...progressOptions, ...outputOptions];
