import { type CommandDefinition, type CommandGroup, under } from '../definition.js';
import { outputOptions } from '../shared-options.js';
import {
  commit,
  creationSteps,
  events,
  lifecycleId,
  ofPatch,
  out,
  patchSteps,
  server,
  verdictOptions,
  wait,
  whoBegins,
  whoGoesOn,
} from './lifecycle-options.js';

/** The stages of a selection, written out: help must not load the package that has them. */
const stages = [
  'ami-with-os-hardening',
  'smoke-tested',
  'vulnerability-scanned',
  'qa-certification-requested',
  'qa-certified',
  'production-approved',
];

const commands: readonly CommandDefinition[] = [
  {
    name: 'create',
    summary: 'make a lifecycle and build its AMI',
    options: [
      ...under('Request', [
        { flags: '--product-name <name>', summary: 'product of the AMI' },
        { flags: '--product-version <version>', summary: 'version of the product' },
      ]),
      ...whoBegins,
      ...commit,
      ...events(creationSteps),
      ...wait,
      ...server,
      ...out,
    ],
    examples: [
      'ami-publisher lifecycle create --product-name edge --product-version 4.2.0 \\',
      '  --owner release-bot --notify EMAIL=team@example.org --event all --wait',
    ],
    load: async () => (await import('../lifecycle/changes.js')).create,
  },
  {
    name: 'update',
    summary: 'run more events of a creation',
    arguments: lifecycleId,
    options: [...whoGoesOn, ...events(creationSteps), ...wait, ...server, ...out],
    examples: ['ami-publisher lifecycle update ID --event vulnerability-scans --wait'],
    load: async () => (await import('../lifecycle/changes.js')).update,
  },
  {
    name: 'patch',
    summary: 'patch the AMI of a lifecycle whose creation is complete',
    arguments: [
      ...lifecycleId,
      { name: '<component>', summary: 'component document: a YAML file, or s3://BUCKET/KEY' },
    ],
    options: [
      ...under('Request', [
        { flags: '--description <text>', summary: 'what the patch changes' },
        {
          flags: '--bump <part>',
          summary: 'which part of the version it raises',
          choices: ['minor', 'patch'],
          default: 'patch',
        },
        { flags: '--patch-bucket <bucket>', summary: 'where the file goes', default: "the stack's bucket" },
      ]),
      ...whoGoesOn,
      ...commit,
      ...events(patchSteps),
      ...wait,
      ...server,
      ...out,
    ],
    examples: ["ami-publisher lifecycle patch ID openssl.yaml --description 'new openssl'"],
    load: async () => (await import('../lifecycle/changes.js')).patch,
  },
  {
    name: 'continue',
    summary: 'run more events of the newest patch',
    arguments: lifecycleId,
    options: [...whoGoesOn, ...events(patchSteps), ...wait, ...server, ...out],
    examples: ['ami-publisher lifecycle continue ID --event vulnerability-scans'],
    load: async () => (await import('../lifecycle/changes.js')).continuePatch,
  },
  {
    name: 'certify',
    summary: 'record the verdict of QA',
    arguments: lifecycleId,
    options: [...verdictOptions, ...wait, ...server, ...out],
    examples: [
      "ami-publisher lifecycle certify ID --property qa_owner='J. Doe'",
      'ami-publisher lifecycle certify ID --refuse --property reason=boot',
    ],
    load: async () => (await import('../lifecycle/verdicts.js')).certify,
  },
  {
    name: 'approve',
    summary: 'approve an AMI for production, or refuse it',
    arguments: lifecycleId,
    options: [...ofPatch, ...verdictOptions, ...wait, ...server, ...out],
    examples: [
      'ami-publisher lifecycle approve ID --property change_ticket=CHG-2201 --wait',
      'ami-publisher lifecycle approve ID --patch --refuse',
    ],
    load: async () => (await import('../lifecycle/verdicts.js')).approve,
  },
  {
    name: 'status',
    summary: 'where a lifecycle is, event by event',
    arguments: lifecycleId,
    options: [
      ...under('How', [{ flags: '--watch', summary: 'show each change until nothing is in progress' }]),
      ...server,
      ...out,
    ],
    examples: ["ami-publisher lifecycle status ID --query 'event_in_progress.name'"],
    load: async () => (await import('../lifecycle/look.js')).status,
  },
  {
    name: 'list',
    summary: 'list lifecycles, the newest first',
    options: [
      ...under('What', [
        { flags: '--stack-tag <tag>', summary: 'only of this stack tag' },
        { flags: '--product-name <name>', summary: 'only of this product' },
        { flags: '--product-version <version>', summary: 'only of this version of the product' },
        { flags: '--owner <name>', summary: 'only of this owner' },
        { flags: '--limit <number>', summary: 'how many', default: '100' },
      ]),
      ...server,
      ...out,
    ],
    examples: ["ami-publisher lifecycle list --stack-tag main --query '[].lifecycle_id'"],
    load: async () => (await import('../lifecycle/look.js')).list,
  },
  {
    name: 'timeline',
    summary: 'draw how far a lifecycle is',
    arguments: lifecycleId,
    options: [
      ...ofPatch,
      ...under('How', [{ flags: '--url', summary: 'print the URL of its page instead' }]),
      ...server,
      ...out,
    ],
    examples: ['ami-publisher lifecycle timeline ID --patch'],
    load: async () => (await import('../lifecycle/look.js')).timeline,
  },
  {
    name: 'export',
    summary: 'get a link to the disk that was exported for QA',
    arguments: lifecycleId,
    options: [
      ...under('How', [
        { flags: '--url', summary: 'print the link alone; whoever has it can read the disk' },
      ]),
      ...server,
      ...out,
    ],
    examples: ['curl -fo disk.vmdk "$(ami-publisher lifecycle export ID --url)"'],
    load: async () => (await import('../lifecycle/look.js')).exportLink,
  },
  {
    name: 'select',
    summary: 'find the AMI of the highest version that has come far enough',
    options: [
      ...under('Which AMIs', [
        { flags: '--stack-tag <tag>', summary: 'of this stack tag', default: "the git branch's" },
        {
          flags: '--stage <stage>',
          summary: 'how far the AMI must have come',
          choices: stages,
          default: 'ami-with-os-hardening',
        },
        { flags: '--type <type>', summary: 'only of this kind', choices: ['ami-creation', 'ami-patch'] },
        { flags: '--semver <version>', summary: 'only this version' },
        { flags: '--product-name <name>', summary: 'only of this product' },
        { flags: '--product-version <version>', summary: 'only of this version of the product' },
        { flags: '--commit-ref <commit>', summary: 'only of this commit' },
        { flags: '--ami-region <region>', summary: 'only in this region' },
        { flags: '--ami-account <account-id>', summary: 'only in this account' },
      ]),
      ...server,
      { flags: '-q, --quiet', summary: 'print the id of the AMI alone', group: 'Output' },
      ...outputOptions,
    ],
    examples: [
      'ami-publisher lifecycle select --stage production-approved --quiet',
      'ami-publisher lifecycle select --stack-tag main --ami-region eu-west-1',
    ],
    load: async () => (await import('../lifecycle/select.js')).select,
  },
  {
    name: 'cancel',
    summary: 'call off what is in progress',
    arguments: lifecycleId,
    options: [...server, ...out],
    examples: ['ami-publisher lifecycle cancel ID'],
    load: async () => (await import('../lifecycle/verdicts.js')).cancel,
  },
  {
    name: 'retry',
    summary: 'try once more what failed last',
    arguments: lifecycleId,
    options: [...server, ...out],
    examples: ['ami-publisher lifecycle retry ID'],
    load: async () => (await import('../lifecycle/verdicts.js')).retry,
  },
];

/** Lifecycles of AMIs, on a server that governs them. */
export const lifecycleGroup: CommandGroup = {
  title: 'Lifecycles',
  commands: [
    {
      name: 'lifecycle',
      summary: 'lifecycles of AMIs: create, patch, certify, approve, status, list, select, and more',
      examples: ['ami-publisher lifecycle create --help', 'ami-publisher lifecycle --mode BATCH --help'],
      commands,
    },
  ],
};
