import { AmiPublisherError } from '@ami-publisher/base';
import type { Target } from '@ami-publisher/core';
import { called } from '../aws/aws-clients.js';
import type { ExecutorServices } from './services.js';

/** Refuses a bucket that would keep disks, which were encrypted in AWS, under no key of the account. @throws `RESOURCE_FAILED` */
export const requireKmsBucket = async (
  { clients }: Pick<ExecutorServices, 'clients'>,
  target: Target,
  bucket: string,
  signal: AbortSignal,
): Promise<void> => {
  const { sdk, client } = await clients.s3(target);
  const request = new sdk.GetBucketEncryptionCommand({ Bucket: bucket });
  const sent = client.send(request, { abortSignal: signal });
  const answer = await called('s3:GetBucketEncryption', target, sent, bucket);
  const rules = answer.ServerSideEncryptionConfiguration?.Rules ?? [];
  if (rules.some((rule) => rule.ApplyServerSideEncryptionByDefault?.SSEAlgorithm?.startsWith('aws:kms')))
    return;
  throw new AmiPublisherError('RESOURCE_FAILED', {
    message: `the bucket ${bucket} does not encrypt by a KMS key, and what goes into it was decrypted before`,
    resource: bucket,
    remedy: 'set its default encryption to SSE-KMS',
  });
};
