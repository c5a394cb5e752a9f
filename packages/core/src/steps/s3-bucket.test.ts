import { VirtualClock } from '@ami-publisher/base';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { S3Bucket } from './s3-bucket.js';

afterEach(() => {
  vi.doUnmock('@aws-sdk/client-s3');
});

describe('the S3 client', () => {
  it('that is not installed is named, with what to do', async () => {
    vi.doMock('@aws-sdk/client-s3', () => {
      throw new Error("Cannot find package '@aws-sdk/client-s3'");
    });
    const bucket = new S3Bucket({ bucket: 'journals', clock: new VirtualClock() });
    await expect(bucket.get('a')).rejects.toMatchObject({
      code: 'TOOL_MISSING',
      message: expect.stringContaining('npm install @aws-sdk/client-s3'),
    });
  });
});
