import { UnpackerFleet, type UnpackerFleetOptions } from '../../src/unpacker/fleet.js';
import type { UnpackerClient } from '../../src/unpacker/unpacker-client.js';
import { FakeCloud, type FakeTarget } from './fake-cloud.js';
import { fakeUnpacker, idleStatus } from './fake-unpacker.js';
import { targetIn } from './targets.js';

export const here = targetIn('us-east-1');

export interface FleetWorld {
  readonly cloud: FakeCloud;
  readonly fleet: UnpackerFleet;
  /** Instances that a client was made for, and those whose client was closed. */
  readonly opened: string[];
  readonly closed: string[];
}

/** A fleet over fake instances whose unpackers answer as told. */
export const fleetWorld = (
  regions: Readonly<Record<string, FakeTarget>> | readonly NonNullable<FakeTarget['instances']>[number][],
  clientOf: (instanceId: string) => Partial<UnpackerClient> = () => ({ status: async () => idleStatus }),
  options: Partial<UnpackerFleetOptions> = {},
): FleetWorld => {
  const cloud = new FakeCloud(
    Array.isArray(regions)
      ? { 'us-east-1': { instances: regions } }
      : (regions as Record<string, FakeTarget>),
  );
  const opened: string[] = [];
  const closed: string[] = [];
  const fleet = new UnpackerFleet({
    cloud,
    createClient: (_target, { InstanceId = '' }) => {
      opened.push(InstanceId);
      return fakeUnpacker({ ...clientOf(InstanceId), close: () => closed.push(InstanceId) });
    },
    ...options,
  });
  return { cloud, fleet, opened, closed };
};

const tagList = (tags: Readonly<Record<string, string>>) =>
  Object.entries(tags).map(([key, Value]) => ({ Key: `ami-publisher:${key}`, Value }));

/** A volume of a stream at an instance. */
export const volumeOf = (stream: string, id: string, instanceId = 'i-1') => ({
  VolumeId: id,
  Size: 4,
  Encrypted: true,
  KmsKeyId: 'key-1',
  Attachments: [{ InstanceId: instanceId }],
  Tags: tagList({ stream }),
});

/** A snapshot that a publication took, so many seconds after the first. */
export const captureOf = (volumeId: string, leaf: string, generation: number, seconds: number) => ({
  VolumeId: volumeId,
  StartTime: new Date(seconds * 1_000),
  Tags: tagList({ publication: 'pub-1', leaf, generation: String(generation) }),
});

export const idsOf = (instances: readonly { InstanceId?: string | undefined }[]) =>
  instances.map(({ InstanceId }) => InstanceId);
