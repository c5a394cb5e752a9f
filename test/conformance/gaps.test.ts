import { type Sandbox, startSandbox } from '@ami-publisher/sandbox';
import { EC2Client, RunInstancesCommand } from '@aws-sdk/client-ec2';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Moto, startMoto } from '../support/moto.js';
import { gaps } from './gaps.js';
import { Resources } from './resources.js';

const region = 'us-east-1';
const titled = gaps.map((gap) => [gap.what, gap] as const);

describe('what AWS does, and moto does not yet', () => {
  let moto: Moto;
  let resources: Resources;
  beforeAll(async () => {
    moto = await startMoto();
    const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' };
    const client = new EC2Client({ endpoint: moto.endpoint, region, maxAttempts: 1, credentials });
    const { Instances } = await client.send(
      new RunInstancesCommand({
        ImageId: 'ami-12c6146b',
        MinCount: 1,
        MaxCount: 1,
        InstanceType: 'm6i.large',
      }),
    );
    resources = new Resources(client, Instances?.[0]?.InstanceId ?? '');
  });
  afterAll(async () => {
    resources?.client.destroy();
    await moto?.close();
  });

  it.each(titled)('%s', async (what, { isClosed }) => {
    // Good news, then: have a test of the commands rely on it, and take the row out, also of gaps-of-commands.ts.
    expect(await isClosed(resources), `moto has learned that ${what}`).toBe(false);
  });
});

/** Otherwise a question that nobody can answer would pass for a gap of moto for ever. */
describe('the sandbox closes each of these gaps, so that each can be seen to close', () => {
  let sandbox: Sandbox;
  let resources: Resources;
  beforeAll(async () => {
    sandbox = await startSandbox({ accounts: 1, regions: [region], quotas: 'documented' });
    const [account = { id: '', accessKeyId: '', secretAccessKey: '' }] = sandbox.accounts;
    const client = new EC2Client({
      endpoint: sandbox.endpoint,
      region,
      // What it waits for it asks for often, and documented quotas are few.
      maxAttempts: 6,
      credentials: account,
    });
    const instanceId = await sandbox.addInstance({ account: account.id, region, name: 'unpacker' });
    resources = new Resources(client, instanceId);
  });
  afterAll(async () => {
    resources?.client.destroy();
    await sandbox?.close();
  });

  it.each(titled)('%s', async (_what, { isClosed }) => {
    expect(await isClosed(resources)).toBe(true);
  });
});
