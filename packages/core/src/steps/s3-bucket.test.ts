import { describe, expect, it } from 'vitest';
import { loadS3 } from './s3-bucket.js';

describe('the S3 client', () => {
  it('that is not installed is named, with what to do', async () => {
    const missing = 'no-such-package';
    await expect(loadS3(() => import(missing))).rejects.toMatchObject({
      code: 'TOOL_MISSING',
      message: expect.stringContaining('npm install @aws-sdk/client-s3'),
    });
  });
});
