import type { Filter } from '@aws-sdk/client-ec2';
import { allPages } from '../../cloud/describe.js';
import { fromTagList, type Tags } from '../../cloud/tags.js';
import { detached } from './detached.js';
import type { Look, Use } from './uses.js';

/** An instance that was launched from an AMI. */
export interface UsingInstance {
  /** Label of the account. */
  readonly account: string;
  readonly region: string;
  readonly imageId: string;
  readonly instanceId: string;
  /** As AWS calls it. */
  readonly state: string;
  /** RFC 3339, UTC. */
  readonly launchedAt: string;
  readonly tags: Tags;
}

const instancesPerPage = 1_000;

/** All instances of a target that pass the filters, in any state: whoever looks after one that is stopped may want another like it. */
export const listInstances = (
  { ec2, target, signal }: Look,
  filters: readonly Filter[] = [],
): Promise<UsingInstance[]> =>
  allPages(
    (page) =>
      ec2.describeInstances(
        { MaxResults: instancesPerPage, ...(filters.length > 0 && { Filters: [...filters] }), ...page },
        { signal },
      ),
    ({ Reservations = [] }) =>
      detached(
        Reservations.flatMap(({ Instances = [] }) => Instances).flatMap((instance) => {
          const { ImageId: imageId, InstanceId: instanceId = '' } = instance;
          if (imageId === undefined) return [];
          const { account, region } = target;
          return {
            ...{ account, region, imageId, instanceId },
            state: instance.State?.Name ?? '',
            launchedAt: instance.LaunchTime?.toISOString() ?? '',
            tags: fromTagList(instance.Tags),
          };
        }),
      ),
  );

export const instanceUses = ({ imageId, instanceId, state }: UsingInstance): Use[] => [
  { of: imageId, kind: 'instance', resource: instanceId, text: `instance ${instanceId} (${state})` },
];
