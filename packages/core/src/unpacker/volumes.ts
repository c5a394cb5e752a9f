import type { Volume } from '@aws-sdk/client-ec2';
import { fromTagList, tagKeys } from '../cloud/tags.js';
import type { UnpackerStatus } from './unpacker-client.js';

export const gibibyte = 1024 ** 3;

/** What a volume must be to serve. */
export interface VolumeNeed {
  readonly stream: string;
  readonly sizeGiB: number;
  /** Key ARN, id or alias; left out = the account's default key. */
  readonly kmsKey: string | undefined;
}

/** What to do about the volume of a stream. `replaced` is removed once the publication has succeeded. */
export type VolumeChoice =
  | { readonly action: 'keep'; readonly volumeId: string; readonly sizeGiB: number }
  | { readonly action: 'grow'; readonly volumeId: string; readonly sizeGiB: number }
  | { readonly action: 'adopt'; readonly volumeId: string; readonly sizeGiB: number }
  | { readonly action: 'create'; readonly sizeGiB: number; readonly replaced: readonly string[] };

/**
 * Size of a stream's volume, GiB: the image, and a quarter of it (so that an update has room for old and new content) or the free bytes
 * asked for, whichever is more.
 */
export const volumeSizeGiB = (usageBytes: number, minFreeBytes: number): number =>
  Math.max(1, Math.ceil((usageBytes + Math.max(Math.floor(usageBytes / 4), minFreeBytes)) / gibibyte));

/**
 * Keeps the stream's own volume if it fits, since that makes unpacking and snapshots incremental; grows it in place if it is too small;
 * else takes the smallest free one that fits; else asks for a new one. A snapshot inherits its volume's key, so a volume of another key never
 * serves.
 *
 * @param volumes the EBS volumes attached to the unpacker.
 */
export const chooseVolume = (
  status: UnpackerStatus,
  volumes: readonly Volume[],
  need: VolumeNeed,
): VolumeChoice => {
  const byId = new Map(volumes.map((volume) => [volume.VolumeId, volume]));
  const usable = status.devices.flatMap((device) => {
    const volume = byId.get(device.id);
    const fits = device.present && volume !== undefined && keyMatches(volume, need.kmsKey);
    return fits ? [{ id: device.id, stream: device.stream, sizeGiB: volume.Size ?? 0 }] : [];
  });
  const own = usable.find(({ stream }) => stream === need.stream);
  if (own !== undefined) {
    const enough = own.sizeGiB >= need.sizeGiB;
    return {
      action: enough ? 'keep' : 'grow',
      volumeId: own.id,
      sizeGiB: Math.max(own.sizeGiB, need.sizeGiB),
    };
  }
  const bound = status.streams.find(({ name }) => name === need.stream)?.deviceId;
  if (!bound) {
    const [free] = usable
      .filter(({ stream, sizeGiB }) => stream === '' && sizeGiB >= need.sizeGiB)
      .sort((a, b) => a.sizeGiB - b.sizeGiB || (a.id < b.id ? -1 : 1));
    if (free !== undefined) return { action: 'adopt', volumeId: free.id, sizeGiB: free.sizeGiB };
  }
  const replaced = [...(bound ? [bound] : []), ...leftVolumes(status, volumes, need.stream)];
  return { action: 'create', sizeGiB: need.sizeGiB, replaced };
};

/** Free volumes that held releases of the stream, until others took their place of whose publications none has deleted them. */
export const leftVolumes = (
  { devices }: UnpackerStatus,
  volumes: readonly Volume[],
  stream: string,
): string[] =>
  volumes.flatMap(({ VolumeId = '', Tags }) => {
    const tags = fromTagList(Tags);
    const isFree = devices.some((device) => device.id === VolumeId && device.stream === '');
    const wasCaptured = tags[tagKeys.stream] === stream && tags[tagKeys.lastPublication] !== undefined;
    return isFree && wasCaptured ? [VolumeId] : [];
  });

/** AWS answers with the ARN of the key, which does not tell its aliases: the name that it was asked for by is in a tag. */
export const keyMatches = (volume: Volume, kmsKey: string | undefined): boolean => {
  if (volume.Encrypted !== true) return false;
  if (kmsKey === undefined) return true;
  if (fromTagList(volume.Tags)[tagKeys.kmsKey] === kmsKey) return true;
  return volume.KmsKeyId === kmsKey || volume.KmsKeyId?.endsWith(`/${kmsKey}`) === true;
};
