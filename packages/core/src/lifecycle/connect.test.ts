import { describe, expect, it } from 'vitest';
import { connectLifecycleServer } from './connect.js';
import type { StackServices } from './stack-services.js';

/** An account with a deployment whose keys are all the same. */
const services: StackServices = {
  stackOutputs: async () => ({ amiOrchestratorApiGatewayUrl: 'https://deployed.example.org/dev' }),
  secret: async () => 'secret',
  putObject: async () => {},
};

describe('a lifecycle server', () => {
  it.each([
    ['that was found, if nothing is said', {}, 'https://deployed.example.org/dev', '?api_key=secret'],
    ['that was found, if that is not wanted', { legacyKeys: false }, 'https://deployed.example.org/dev', ''],
    ['that is named, if nothing is said', { server: 'https://a.example.org/' }, 'https://a.example.org', ''],
    [
      'that is named, if that is wanted',
      { server: 'https://a.example.org', legacyKeys: true },
      'https://a.example.org',
      '?api_key=secret',
    ],
  ])('%s, gets keys in URLs or not', async (_which, options, endpoint, query) => {
    const found = await connectLifecycleServer({ ...options, services });
    expect(found.endpoint).toBe(endpoint);
    expect(await found.client.statusUrl('id')).toBe(`${endpoint}/ami-creation/lifecycles/id/status${query}`);
  });
});
