import { ApiError } from '../model/api-error.js';
import { kindOfId } from '../model/ids.js';
import type { RegionState } from '../model/region-state.js';
import type { Resource } from '../model/table.js';
import { tableOf } from '../visibility/named-resources.js';

/** AWS Backup tags what it makes with where it comes from. */
const sourceTag = 'aws:backup:source-resource';

/** Makes an image or snapshot look like one of AWS Backup's. */
export const markAsBackup = (state: RegionState, id: string): void => {
  const table = tableOf(state, kindOfId(id) ?? 'image');
  const tags = new Map(table.get(id)?.tags).set(sourceTag, 'arn:aws:ec2:::instance/i-0');
  table.update(id, { tags });
};

/** @throws `InvalidParameterValue` for what only AWS Backup may delete. */
export const checkNotBackup = ({ id, tags }: Resource): void => {
  if (!tags.has(sourceTag)) return;
  const what = kindOfId(id) === 'image' ? 'AMI' : 'snapshot';
  throw new ApiError(
    'InvalidParameterValue',
    `This ${what} is managed by the AWS Backup service and cannot be deleted via EC2 APIs.`,
  );
};
