import { type Sandbox, startSandbox } from '@ami-publisher/sandbox';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { LifecycleDiscovery, type LifecycleDiscoveryOptions } from '../src/lifecycle/discovery.js';
import { LifecycleClient } from '../src/lifecycle/lifecycle-client.js';

let sandbox: Sandbox;
const bucket = 'components';
const text = (content: string) => new TextEncoder().encode(content);

beforeAll(async () => {
  sandbox = await startSandbox({ regions: ['eu-west-1', 'us-east-1'] });
  for (const [name, value] of Object.entries(sandbox.environment)) vi.stubEnv(name, value);
  const accountId = sandbox.accounts[0]?.id ?? '';
  const stacks = sandbox.model.services({ accountId, region: 'us-east-1' });
  const url = 'https://abc.execute-api.us-east-1.amazonaws.com/dev';
  const outputs = { amiOrchestratorApiGatewayUrl: url, amiLifecyclePatchComponentBucket: bucket };
  stacks.addStack({ name: 'AmiLifecycle', outputs });
  stacks.addStack({ name: 'Elsewhere', outputs: {} });
  sandbox.model.addBucket(bucket, accountId, 'us-east-1');
  const secrets = new SecretsManagerClient({ region: 'us-east-1', profile: 'development' });
  const secret = { Name: '/ami-lifecycle/api-keys/ami_creation_status_api_key', SecretString: 'StatusKey' };
  await secrets.send(new CreateSecretCommand(secret));
  secrets.destroy();
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await sandbox.close();
});

const discover = (options: LifecycleDiscoveryOptions = {}) =>
  new LifecycleDiscovery({ region: 'us-east-1', profile: 'development', ...options });

describe('a lifecycle server that was deployed as a stack', () => {
  it('[W-C8] is found by the outputs of the stack, and its keys in Secrets Manager, each asked for once', async () => {
    const found = discover();
    sandbox.model.calls.clear();
    const client = new LifecycleClient({ connection: await found.connection() });
    const url = 'https://abc.execute-api.us-east-1.amazonaws.com/dev/ami-creation/lifecycles/status';
    expect(await client.listUrl()).toBe(`${url}?api_key=StatusKey`);
    expect(await client.listUrl()).toBe(`${url}?api_key=StatusKey`);
    expect(sandbox.model.calls.list().map(({ action }) => action)).toEqual([
      'DescribeStacks',
      'GetSecretValue',
    ]);
  });

  it('[W-C9] gets a component under a key that its content decides', async () => {
    const found = discover();
    const component = { lifecycleId: 'one', name: 'open ssl.yaml', content: text('a: 1') };
    const at = await found.componentUrl(component);
    expect(at).toMatch(/^s3:\/\/components\/one\/[0-9a-f]{64}\/open-ssl\.yaml$/);
    expect(await found.componentUrl({ ...component, content: text('a: 2') })).not.toBe(at);
    expect(await found.componentUrl(component, { bucket: 'other' })).toBe(at.replace('components', 'other'));
    await found.uploadComponent(at, component.content);
    const s3 = new S3Client({ region: 'us-east-1', profile: 'development', forcePathStyle: true });
    const Key = at.slice('s3://components/'.length);
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key }));
    expect(await Body?.transformToString()).toBe('a: 1');
    s3.destroy();
  });

  it.each([
    ['no such stack', { stackName: 'None' }, 'there is no stack None here'],
    ['a stack of another region', { region: 'eu-west-1' }, 'there is no stack AmiLifecycle here'],
    ['a stack of something else', { stackName: 'Elsewhere' }, 'has no output amiOrchestratorApiGatewayUrl'],
  ])('is not found by %s, and the error says what to do', async (_what, options, message) => {
    await expect(discover(options).connection()).rejects.toMatchObject({
      code: 'AWS_NOT_FOUND',
      message: expect.stringContaining(message),
      remedy: expect.stringContaining('--server'),
    });
  });

  it.each([
    ['creation:post', 'AWS_NOT_FOUND', 'no secret /ami-lifecycle/api-keys/ami_creation_post_api_key'],
    ['cancel', 'INVALID_OPTION', 'no key for cancel'],
  ] as const)('without a key for %s is refused before anything is sent', async (operation, code, message) => {
    await expect(discover().apiKey(operation)).rejects.toMatchObject({
      code,
      message: expect.stringContaining(message),
    });
  });

  it('does not get a component into a bucket that is not there', async () => {
    await expect(discover().uploadComponent('s3://nowhere/a', text('a'))).rejects.toMatchObject({
      resource: 's3://nowhere/a',
      call: 's3:PutObject',
    });
  });
});
