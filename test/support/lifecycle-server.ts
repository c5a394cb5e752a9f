import type { LifecycleEvent } from '@ami-publisher/core';
import {
  type Executor,
  type Executors,
  openDatabase,
  startOrchestrator,
  type Verdict,
} from '@ami-publisher/orchestrator';
import { runnable } from '../../packages/orchestrator/test/support/executors.js';
import { startCheckingProxy } from './checking-proxy.js';
import { deploymentSecrets } from './deployment-secrets.js';
import { type StackAccount, startStackAccount } from './stack-account.js';

/** A lifecycle server for clients of the original, and the AWS account that it can be found by. */
export interface DeployedLifecycleServer {
  readonly url: string;
  readonly account: StackAccount;
  /** A key that is good for everything. */
  readonly key: string;
  close(): Promise<void>;
}

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
  for (const [name, operation] of deploymentSecrets) {
    const key = await server.keys.create({ name, roles: [], operations: [operation] });
    account.secrets.set(name, key);
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
