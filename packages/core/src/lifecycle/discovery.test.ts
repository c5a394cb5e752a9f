import { describe, expect, it } from 'vitest';
import { LifecycleDiscovery } from './discovery.js';
import type { StackServices } from './stack-services.js';

const url = 'https://abc.execute-api.us-east-1.amazonaws.com/dev';
const keyPath = '/ami-lifecycle/api-keys/';

/** An account with a stack and one key; keeps what it was asked. */
const account = () => {
  const asked: string[] = [];
  const services: StackServices = {
    stackOutputs: async (stackName) => {
      asked.push(stackName);
      const outputs = { amiOrchestratorApiGatewayUrl: url, amiLifecyclePatchComponentBucket: 'components' };
      return { AmiLifecycle: outputs, Other: {} }[stackName];
    },
    secret: async (name) => {
      asked.push(name);
      return name === `${keyPath}ami_creation_status_api_key` ? 'TheKey' : undefined;
    },
    putObject: async (bucket, key) => {
      asked.push(`${bucket} ${key}`);
    },
  };
  return { asked, services };
};

describe('the discovery of a lifecycle server', () => {
  it('[W-C8] takes the URL from the stack and the keys from its secrets, each asked for once', async () => {
    const { asked, services } = account();
    const discovery = new LifecycleDiscovery({ services });
    const { endpoint, apiKey, legacy } = await discovery.connection();
    expect({ endpoint, legacy }).toEqual({ endpoint: url, legacy: true });
    const { signal } = new AbortController();
    expect(typeof apiKey === 'function' && (await apiKey('status', signal))).toBe('TheKey');
    expect(await discovery.apiKey('status')).toBe('TheKey');
    await discovery.connection();
    expect(asked).toEqual(['AmiLifecycle', `${keyPath}ami_creation_status_api_key`]);
  });

  it('[W-C9] puts a component where its content says, and the same one at the same place', async () => {
    const { asked, services } = account();
    const discovery = new LifecycleDiscovery({ services });
    const component = { lifecycleId: 'one', name: 'open ssl.yaml', content: new Uint8Array([1]) };
    const at = await discovery.componentUrl(component);
    expect(at).toMatch(/^s3:\/\/components\/one\/[0-9a-f]{64}\/open-ssl\.yaml$/);
    expect(await discovery.componentUrl(component)).toBe(at);
    expect(await discovery.componentUrl({ ...component, content: new Uint8Array([2]) })).not.toBe(at);
    await discovery.uploadComponent(at, component.content);
    expect(asked.at(-1)).toBe(`components ${at.slice('s3://components/'.length)}`);
  });

  it.each([
    ['None', 'there is no stack None here'],
    ['Other', 'the stack Other has no output amiOrchestratorApiGatewayUrl'],
  ])('by the stack %s fails, and says what to do', async (stackName, message) => {
    const discovery = new LifecycleDiscovery({ stackName, services: account().services });
    await expect(discovery.connection()).rejects.toMatchObject({
      code: 'AWS_NOT_FOUND',
      message: expect.stringContaining(message),
      remedy: expect.stringContaining('--server'),
    });
  });

  it.each([
    ['creation:post', 'AWS_NOT_FOUND', `no secret ${keyPath}ami_creation_post_api_key`],
    ['cancel', 'INVALID_OPTION', 'have no key for cancel'],
  ] as const)('finds no key for %s, and says so', async (operation, code, message) => {
    const discovery = new LifecycleDiscovery({ services: account().services });
    await expect(discovery.apiKey(operation)).rejects.toMatchObject({
      code,
      message: expect.stringContaining(message),
    });
  });
});
