import type { ExplanationsOf } from './explanation.js';

const seeLifecycle = '`ami-publisher lifecycle status ID`, for the events and their states';
const seeServer = 'the log of the lifecycle server, and its page /healthz';

/** Errors of lifecycle servers. */
export const lifecycleExplanations = {
  REQUEST_INVALID: {
    look: 'the field in the message',
    remedy: 'correct the request (docs/lifecycle.md, docs/openapi.json)',
  },
  REQUEST_VALUE_INVALID: {
    look: 'the field and the rule in the message',
    remedy: 'give a value of that kind or range (docs/lifecycle.md)',
  },
  REQUEST_TOO_LARGE: {
    look: 'the size of the body, mostly of a component or a notification',
    remedy: 'make it smaller',
  },
  TOO_MANY_REQUESTS: {
    look: 'which client sends wrong keys, or watches so many pages',
    remedy: 'correct its key, close pages, and wait a minute',
  },
  API_KEY_REFUSED: {
    look: 'where the key comes from: the option, the environment, or the secret',
    remedy: 'give a key that is valid, or have one made (docs/orchestrator.md)',
  },
  OPERATION_NOT_ALLOWED: {
    look: 'the rights of the key, and who approves what',
    remedy: 'use a key with that right, or have somebody else do it',
  },
  ROUTE_NOT_FOUND: {
    look: 'the address of the server, and the versions of both sides',
    remedy: 'correct the address, or upgrade the older side',
  },
  LIFECYCLE_NOT_FOUND: {
    look: 'the id and the server',
    remedy: 'correct the id, or ask the server of the stack tag that it belongs to',
  },
  AMI_NOT_FOUND: {
    look: 'the selection: product, stage, region, account',
    remedy: 'widen it, or take an AMI as far as that stage',
  },
  STACK_TAG_MISMATCH: {
    look: 'the stack tag of the command and of the lifecycle',
    remedy: 'name the other stack tag',
  },
  EVENT_OUT_OF_ORDER: { look: seeLifecycle, remedy: 'complete the events that the message names first' },
  EVENT_IMMUTABLE: {
    look: seeLifecycle,
    remedy: 'go on with the next event; a change takes a new lifecycle or a patch',
  },
  EVENT_RUNNING: { look: seeLifecycle, remedy: 'wait until it has ended, or stop it' },
  EVENT_NOT_RUNNING: { look: seeLifecycle, remedy: 'ask for the event first' },
  ATTEMPT_OUTDATED: {
    look: 'whether the event was stopped or tried again meanwhile',
    remedy: 'nothing: the newer attempt counts',
  },
  EXPORT_IMPOSSIBLE: {
    look: 'how the AMI was made: AWS exports none with encrypted snapshots or of its marketplace',
    remedy: 'export from the unpacker (`ami-publisher unpacker export`)',
  },
  EXPORT_NOT_FOUND: {
    look: seeLifecycle,
    remedy: 'have it exported, or exported again if its object has expired',
  },
  CONTENT_CHANGED: {
    look: 'the image or the component in the message, and who wrote it since the request',
    remedy: 'put it back as it was and retry, or make a new request',
  },
  PATCH_COMPONENT_INVALID: {
    look: 'the step of the component in the message',
    remedy: 'correct it; docs/executors.md says which actions can be carried out',
  },
  PATCH_FAILED: {
    look: 'the output of the step in the event of the lifecycle',
    remedy: 'correct the component, and ask for the patch again',
  },
  PRODUCT_NOT_CONFIGURED: {
    look: 'the products file of the executors',
    remedy: 'add the product (docs/executors.md)',
  },
  PUBLICATION_FAILED: {
    look: 'the targets that failed, in the message or by `ami-publisher status ID`',
    remedy: 'mend what they name, then ask for the event again',
  },
  EXECUTOR_MISSING: {
    look: 'the settings of the lifecycle server about executors',
    remedy: 'configure an executor for the event (docs/executors.md)',
  },
  NOTIFICATION_FAILED: {
    look: 'the address, and the answer in the message',
    remedy: 'correct it (docs/notifications.md); the lifecycle goes on without it',
  },
  ORCHESTRATOR_FAILED: { look: seeServer, remedy: 'mend what it names, then repeat' },
  ORCHESTRATOR_UNREACHABLE: {
    look: 'the address, the network and the service on that machine',
    remedy: 'start the server, or name another',
  },
  DATABASE_UNREACHABLE: {
    look: 'the database of the lifecycle server, and the network to it',
    remedy: 'start it, or correct its address; the server goes on by itself',
  },
  DATABASE_OUTDATED: {
    look: 'the versions of all servers on this database',
    remedy: 'run the migrations, or the newer version (docs/orchestrator.md)',
  },
} as const satisfies ExplanationsOf<string>;
