import type { Snapshot, Volume } from '@aws-sdk/client-ec2';
import { describeSnapshots } from '../cloud/describe.js';
import type { CallOptions, Ec2Api } from '../cloud/ec2-api.js';
import { fromTagList, tagKeys } from '../cloud/tags.js';
import type { UnpackerStatus } from './unpacker-client.js';

/** What a publication captured of a volume, as the tags of its snapshot say. */
export interface VolumeCapture {
  readonly publication: string;
  readonly leaf: string;
  readonly generation: number;
}

/** EC2 takes at most 200 values in a filter. */
const idsPerCall = 200;

/**
 * The last capture of each volume of which a publication has taken one. Snapshots are tagged in their creating call, so that nothing need be
 * written on a volume to know what it held last and who used it.
 */
export const lastCaptures = async (
  ec2: Ec2Api,
  volumeIds: readonly string[],
  call?: CallOptions,
): Promise<ReadonlyMap<string, VolumeCapture>> => {
  const newest = new Map<string, Snapshot>();
  for (let start = 0; start < volumeIds.length; start += idsPerCall) {
    const filters = [
      { Name: 'volume-id', Values: volumeIds.slice(start, start + idsPerCall) },
      { Name: 'tag-key', Values: [tagKeys.publication] },
    ];
    for (const snapshot of await describeSnapshots(ec2, filters, call)) {
      const { VolumeId = '' } = snapshot;
      const other = newest.get(VolumeId);
      if (other === undefined || startOf(snapshot) > startOf(other)) newest.set(VolumeId, snapshot);
    }
  }
  return new Map([...newest].map(([volumeId, { Tags }]) => [volumeId, captureOf(fromTagList(Tags))]));
};

/**
 * Free volumes that held releases of a stream until others took their place, of whose publications none has deleted them. One that was never
 * captured may belong to a publication that can still be resumed.
 */
export const leftVolumes = async (
  ec2: Ec2Api,
  { devices }: UnpackerStatus,
  volumes: readonly Volume[],
  stream: string,
  call?: CallOptions,
): Promise<string[]> => {
  const free = new Set(devices.flatMap((device) => (device.stream === '' ? [device.id] : [])));
  const ofStream = volumes.flatMap(({ VolumeId = '', Tags }) =>
    free.has(VolumeId) && fromTagList(Tags)[tagKeys.stream] === stream ? [VolumeId] : [],
  );
  const captures = await lastCaptures(ec2, ofStream, call);
  return ofStream.filter((volumeId) => captures.has(volumeId));
};

const startOf = ({ StartTime }: Snapshot): number => StartTime?.getTime() ?? 0;

const captureOf = (tags: Readonly<Record<string, string>>): VolumeCapture => ({
  publication: tags[tagKeys.publication] ?? '',
  leaf: tags[tagKeys.leaf] ?? '',
  generation: Number(tags[tagKeys.generation] ?? 0),
});
