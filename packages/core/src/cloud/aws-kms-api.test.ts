import { afterEach, describe, expect, it, vi } from 'vitest';
import { createAwsKmsApi } from './aws-kms-api.js';

afterEach(() => {
  vi.doUnmock('@aws-sdk/client-kms');
});

describe('Key Management Service without its client', () => {
  it('names the package to install', async () => {
    vi.doMock('@aws-sdk/client-kms', () => {
      throw new Error("Cannot find package '@aws-sdk/client-kms'");
    });
    const made = createAwsKmsApi({
      target: 'dev,us-east-1',
      config: { region: 'us-east-1' },
    });
    await expect(made).rejects.toMatchObject({
      code: 'TOOL_MISSING',
      resource: '@aws-sdk/client-kms',
      message: expect.stringMatching(/not installed; .*`npm install @aws-sdk\/client-kms`/),
    });
  });
});
