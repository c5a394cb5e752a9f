import { AmiPublisherError } from '@ami-publisher/base';
import { type Ec2Api, formatTarget, fromTagList, tagSpecification } from '@ami-publisher/core';
import { askUntil } from '../../aws/retried.js';
import type { Attempt } from '../../lifecycles/state.js';
import type { ExecutorServices } from '../services.js';
import { workTagKeys, workTags, workToken } from '../work-tags.js';
import type { ExportPlace } from './export-place.js';

const everyMs = 30_000;
const timeoutMs = 3 * 60 * 60_000;

/**
 * Has EC2 export an AMI that is not encrypted. Asked again for the same attempt, it is the same task.
 *
 * @returns id of the task; the object is named after it
 * @throws `RESOURCE_FAILED` with EC2's reason, `TIMED_OUT`
 */
export const exportByEc2 = async (
  { cloud, clock }: ExecutorServices,
  { ami, target, settings, prefix }: ExportPlace,
  attempt: Attempt,
  signal: AbortSignal,
): Promise<string> => {
  const ec2 = await cloud.ec2(target);
  const { ExportImageTaskId: id = '' } = await ec2.exportImage(
    {
      ImageId: ami.image,
      DiskImageFormat: 'VMDK',
      S3ExportLocation: { S3Bucket: settings.bucket, S3Prefix: prefix },
      RoleName: settings.role,
      ClientToken: workToken(attempt, 'export'),
      TagSpecifications: tagSpecification('export-image-task', workTags(attempt)),
    },
    { signal },
  );
  const error = (code: 'RESOURCE_FAILED' | 'TIMED_OUT', why: string) =>
    new AmiPublisherError(code, {
      message: `the export ${id} of ${ami.image} in ${formatTarget(target)} ${why}`,
      resource: ami.image,
    });
  const tooLong = () => error('TIMED_OUT', `was not done within ${timeoutMs / 60_000} minutes`);
  return askUntil({ clock, signal, everyMs, timeoutMs, tooLong }, async () => {
    const answer = await ec2.describeExportImageTasks({ ExportImageTaskIds: [id] }, { signal });
    const { Status, StatusMessage } = answer.ExportImageTasks?.[0] ?? {};
    if (Status === 'completed') return id;
    if (Status === undefined || Status === 'active') return undefined;
    throw error('RESOURCE_FAILED', `is ${Status}: ${StatusMessage ?? 'no reason is given'}`);
  });
};

/** Ends what EC2 still exports for an attempt, found by its tags. What has ended stays as it is. */
export const cancelExports = async (
  { cloud }: ExecutorServices,
  { target }: Pick<ExportPlace, 'target'>,
  attempt: Attempt,
): Promise<void> => {
  const ec2 = await cloud.ec2(target);
  for (const id of await activeExports(ec2, attempt))
    await ec2.cancelExportTask({ ExportTaskId: id }).catch(async (reason: unknown) => {
      // It may have ended meanwhile, of which EC2 tells no code.
      if ((await activeExports(ec2, attempt)).includes(id)) throw reason;
    });
};

const activeExports = async (ec2: Ec2Api, { id }: Attempt): Promise<readonly string[]> => {
  const found: string[] = [];
  let token: string | undefined;
  do {
    const { ExportImageTasks = [], NextToken } = await ec2.describeExportImageTasks({
      ...(token !== undefined && { NextToken: token }),
    });
    for (const { ExportImageTaskId, Status, Tags } of ExportImageTasks)
      if (Status === 'active' && fromTagList(Tags)[workTagKeys.attempt] === id)
        found.push(ExportImageTaskId ?? '');
    token = NextToken;
  } while (token !== undefined);
  return found;
};
