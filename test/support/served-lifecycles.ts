import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '@ami-publisher/base';
import { lifecycleOperations } from '@ami-publisher/core';
import { KeyStore, openDatabase } from '@ami-publisher/orchestrator';
import { startDaemon } from '@ami-publisher/sandbox';
import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { executorsFile, placesOf, product } from '../../packages/cli/src/demo/lifecycle/products.js';
import { buildRelease } from '../../packages/cli/src/demo/lifecycle/release.js';
import { startCheckingProxy } from './checking-proxy.js';
import { deploymentSecrets } from './deployment-secrets.js';
import { createWorld, root, type World } from './world.js';

/** A sandbox in which `ami-orchestrator serve --legacy` was deployed as the original is: a stack names it, and secrets have its keys. */
export interface ServedLifecycles {
  readonly world: World;
  readonly url: string;
  /** A key that is good for everything. */
  readonly key: string;
  /** Where the first account is, for whoever looks for the server. */
  readonly environment: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

/**
 * Starts the sandbox, adds a release to it, and starts the server as a process with the executors that work on AWS. Closing it fails if an answer was
 * not as the server's own document says.
 */
export const serveLifecycles = async (): Promise<ServedLifecycles> => {
  const world = await createWorld({ accounts: 2, regions: 1, policies: undefined });
  const { sandbox, directory } = world;
  const database = join(directory, 'lifecycles');
  const keys = await createKeys(database);
  await addRelease(world);
  const executors = join(directory, 'executors.yaml');
  const cli = join(root, 'packages/cli/bin/ami-publisher.js');
  writeFileSync(executors, await executorsFile(sandbox, join(directory, 'journals'), cli));
  const proxy = await startCheckingProxy();
  const server = await startDaemon({
    name: 'the lifecycle server',
    script: join(root, 'packages/orchestrator/bin/ami-orchestrator.js'),
    arguments: [
      ...['serve', '--legacy', '--data-dir', database, '--listen', '127.0.0.1:0'],
      ...['--executors', executors, '--public-url', proxy.url],
    ],
    logFile: join(directory, 'orchestrator.log'),
    environment: world.environment,
  });
  await proxy.forwardTo(`http://${server.listening}`);
  const { url } = proxy;
  const environment = { AWS_PROFILE: sandbox.accounts[0]?.name ?? '', AWS_REGION: placesOf(sandbox).region };
  await deploy(world, url, keys);
  return {
    ...{ world, url, key: keys.all ?? '', environment },
    close: async () => {
      await server.stop();
      await world.close();
      await proxy.close();
    },
  };
};

type Keys = Readonly<Record<string, string>>;

/** A key for each secret, and `all`. */
const createKeys = async (directory: string): Promise<Keys> => {
  mkdirSync(directory, { recursive: true });
  const database = await openDatabase({ directory });
  const store = new KeyStore(database.db, systemClock);
  const keys: Record<string, string> = {
    all: await store.create({ name: 'all', roles: [], operations: lifecycleOperations }),
  };
  for (const [name, operation] of deploymentSecrets)
    keys[name] = await store.create({ name, roles: [], operations: [operation] });
  await database.close();
  return keys;
};

const addRelease = async ({ directory, run }: World): Promise<void> => {
  const tree = join(directory, 'tree');
  await buildRelease(tree);
  const { code, stderr } = await run('image', 'add', `${product.stream}/1`, tree);
  if (code !== 0) throw new Error(stderr);
};

/** Leaves stack, secrets and bucket as a deployment does. */
const deploy = async ({ sandbox }: World, url: string, keys: Keys): Promise<void> => {
  const { accountId, region, bucket } = placesOf(sandbox);
  const outputs = { amiOrchestratorApiGatewayUrl: url, amiLifecyclePatchComponentBucket: bucket };
  sandbox.model.services({ accountId, region }).addStack({ name: 'AmiLifecycle', outputs });
  sandbox.model.addBucket(bucket, accountId, region);
  const [credentials] = sandbox.accounts;
  const secrets = new SecretsManagerClient({
    ...{ region, endpoint: sandbox.endpoint },
    ...(credentials !== undefined && { credentials }),
  });
  for (const name of deploymentSecrets.keys())
    await secrets.send(new CreateSecretCommand({ Name: name, SecretString: keys[name] }));
  secrets.destroy();
};
