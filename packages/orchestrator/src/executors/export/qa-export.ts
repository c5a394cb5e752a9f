import { AmiPublisherError } from '@ami-publisher/base';
import { lifecyclePath, ownRoutes } from '@ami-publisher/core';
import { called } from '../../aws/aws-clients.js';
import type { Executor, Work } from '../../jobs/executor.js';
import { requireKmsBucket } from '../bucket-encryption.js';
import type { ExecutorServices } from '../services.js';
import { withinMinutes } from '../within.js';
import { requireExportable } from './check-export.js';
import { cancelExports, exportByEc2 } from './export-by-ec2.js';
import { exportByUnpacker } from './export-by-unpacker.js';
import { type ExportPlace, exportPlace } from './export-place.js';

/** Puts the disk of the primary AMI, VMDK, where QA gets it. The result names the object; a link to it is signed when it is asked for. */
export const qaExport = (services: ExecutorServices): Executor => ({
  run: (work, outer) =>
    withinMinutes(services.clock, services.configuration.timeLimitMinutes.qaExport, outer, async (signal) => {
      const place = await exportPlace(services, work.state, signal, work.amis);
      const { ami, settings, prefix } = place;
      await requireKmsBucket(services, place.target, settings.bucket, signal);
      const { task, ...exported } = await exportAmi(services, place, work, signal);
      const file = `${task}.vmdk`;
      const bytes = await sizeOf(services, place, `${prefix}${file}`, signal);
      return {
        status: 'COMPLETED',
        properties: {
          task: 'QA_CERTIFICATION_REQUEST',
          ...{ ami_id: ami.image, ami_owner: ami.accountId, ami_name: ami.name, ami_region: ami.region },
          export_image_id: file,
          export_bucket: settings.bucket,
          export_bucket_prefix: prefix,
          export_image_path: `s3://${settings.bucket}/${prefix}${file}`,
          export_image_task_id: task,
          export_bytes: bytes,
          ...exported,
          export_link: lifecyclePath(ownRoutes.lifecycleExport, work.state.lifecycle.id),
        },
      };
    }),
  // What was exported stays; what EC2 still exports nobody waits for.
  cleanUp: async ({ state, amis, attempt }) => {
    const { signal } = new AbortController();
    await cancelExports(services, await exportPlace(services, state, signal, amis), attempt);
  },
});

const exportAmi = async (
  services: ExecutorServices,
  place: ExportPlace,
  { attempt }: Work,
  signal: AbortSignal,
): Promise<{ readonly task: string; readonly export_sha512?: string }> => {
  const release = await requireExportable(services, place, signal);
  if (release === undefined) return { task: await exportByEc2(services, place, attempt, signal) };
  const key = `${place.prefix}${attempt.id}.vmdk`;
  const { sha512 } = await exportByUnpacker(services, place, release, key, signal);
  return { task: attempt.id, export_sha512: sha512 };
};

/** How large the object came to be. @throws `RESOURCE_FAILED` if it is not under a KMS key, whoever wrote it */
const sizeOf = async (
  { clients }: ExecutorServices,
  { target, settings: { bucket } }: ExportPlace,
  key: string,
  signal: AbortSignal,
): Promise<number> => {
  const { sdk, client } = await clients.s3(target);
  const request = new sdk.HeadObjectCommand({ Bucket: bucket, Key: key });
  const resource = `s3://${bucket}/${key}`;
  const sent = client.send(request, { abortSignal: signal });
  const { ContentLength = 0, ServerSideEncryption } = await called('s3:HeadObject', target, sent, resource);
  if (ServerSideEncryption?.startsWith('aws:kms') === true) return ContentLength;
  throw new AmiPublisherError('RESOURCE_FAILED', {
    message: `${resource} is not encrypted by a KMS key: S3 says ${ServerSideEncryption ?? 'nothing'}`,
    resource,
  });
};
