import type { LifecycleEvent, LifecycleOperation } from '@ami-publisher/core';
import {
  type Executor,
  type Executors,
  openDatabase,
  startOrchestrator,
  type Verdict,
} from '@ami-publisher/orchestrator';
import { startCheckingProxy } from './checking-proxy.js';
import { type StackAccount, startStackAccount } from './stack-account.js';

/** A lifecycle server for clients of the original, and the AWS account that it can be found by. */
export interface DeployedLifecycleServer {
  readonly url: string;
  readonly account: StackAccount;
  /** A key that is good for everything. */
  readonly key: string;
  close(): Promise<void>;
}

/** The secrets of a deployment of the original, and what each is good for. */
const secrets: Readonly<Record<string, LifecycleOperation>> = {
  ami_creation_post_api_key: 'creation:post',
  ami_creation_put_api_key: 'creation:put',
  ami_creation_status_api_key: 'status',
  ami_creation_qa_certification_key: 'creation:certify',
  ami_creation_mark_for_production_key: 'creation:approve',
  ami_creation_timeline_api_key: 'creation:timeline',
  ami_patch_post_api_key: 'patch:post',
  ami_patch_put_api_key: 'patch:put',
  ami_patch_mark_for_production_key: 'patch:approve',
  ami_patch_timeline_api_key: 'patch:timeline',
};

const runnable: readonly LifecycleEvent[] = [
  'BUILD_AMI',
  'SMOKE_TESTS_AMI_CREATE',
  'VULNERABILIY_SCANS_AMI_CREATE',
  'QA_CERTIFICATION_REQUEST',
  'MARK_FOR_PRODUCTION_CREATE',
  'PATCH_AMI',
  'SMOKE_TESTS_AMI_PATCH',
  'VULNERABILITY_SCANS_AMI_PATCH',
  'MARK_FOR_PRODUCTION_PATCH',
];

/** Executors that are done at once, and make AMIs that nothing else knows. */
const executors = (): Executors => {
  let amis = 0;
  const done = (event: LifecycleEvent): Verdict => {
    if (event !== 'BUILD_AMI' && event !== 'PATCH_AMI') return { status: 'COMPLETED', properties: {} };
    amis += 1;
    const image = `ami-${String(amis).padStart(17, '0')}`;
    const ami = { image, name: `ami ${amis}`, region: 'eu-west-1', accountId: '111122223333' };
    return { status: 'COMPLETED', properties: { ami_details: [ami] } };
  };
  const executor = (event: LifecycleEvent): Executor => ({
    run: async () => done(event),
    cleanUp: async () => {},
  });
  return Object.fromEntries(runnable.map((event) => [event, executor(event)]));
};

/** Starts a server in this process, with `--legacy`, and an account that knows of it. Closing it fails if an answer was not as the server's own document says. */
export const deployLifecycleServer = async (directory: string): Promise<DeployedLifecycleServer> => {
  const database = await openDatabase({ directory });
  const proxy = await startCheckingProxy();
  const server = await startOrchestrator({
    database,
    executors: executors(),
    legacy: true,
    publicUrl: proxy.url,
    heartbeatMs: 100,
  });
  await proxy.forwardTo(server.url);
  const account = await startStackAccount();
  account.outputs.amiOrchestratorApiGatewayUrl = proxy.url;
  account.outputs.amiLifecyclePatchComponentBucket = 'patch-components';
  for (const [name, operation] of Object.entries(secrets)) {
    const key = await server.keys.create({ name, roles: [], operations: [operation] });
    account.secrets.set(`/ami-lifecycle/api-keys/${name}`, key);
  }
  const key = await server.keys.create({
    name: 'all',
    roles: ['requester', 'qa', 'approver'],
    operations: [],
  });
  return {
    ...{ url: proxy.url, account, key },
    close: async () => {
      await server.close();
      await account.close();
      await proxy.close();
    },
  };
};
