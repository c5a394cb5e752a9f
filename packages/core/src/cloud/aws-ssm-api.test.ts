import { afterEach, describe, expect, it, vi } from 'vitest';
import { createAwsSsmApi } from './aws-ssm-api.js';

afterEach(() => {
  vi.doUnmock('@aws-sdk/client-ssm');
});

describe('Systems Manager without its client', () => {
  it('names the package to install', async () => {
    vi.doMock('@aws-sdk/client-ssm', () => {
      throw new Error("Cannot find package '@aws-sdk/client-ssm'");
    });
    const made = createAwsSsmApi({
      target: 'dev,us-east-1',
      profile: 'dev',
      config: { region: 'us-east-1' },
    });
    await expect(made).rejects.toMatchObject({
      code: 'TOOL_MISSING',
      resource: '@aws-sdk/client-ssm',
      message: expect.stringMatching(/not installed; .*`npm install @aws-sdk\/client-ssm`/),
    });
  });
});
