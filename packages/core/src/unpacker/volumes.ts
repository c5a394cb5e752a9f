import type { Volume } from '@aws-sdk/client-ec2';
import { fromTagList, tagKeys } from '../cloud/tags.js';
import type { UnpackerDevice, UnpackerStatus } from './unpacker-client.js';

export const gibibyte = 1024 ** 3;

/** Capability, in the status, of unpackers that cannot follow a volume that grows. */
export const fixedVolumes = 'volumes:fixed-size';

/** What decides whether a volume serves a stream. */
export interface VolumeFacts {
  readonly volumeId: string;
  readonly sizeGiB: number;
  /** Every name known of the KMS key that encrypts it; empty = it is not encrypted. */
  readonly kmsKeys: readonly string[];
}

/** What EC2 tells of a volume. */
export const volumeFacts = (volume: Volume): VolumeFacts => ({
  volumeId: volume.VolumeId ?? '',
  sizeGiB: volume.Size ?? 0,
  kmsKeys: kmsKeysOf(volume),
});

/** AWS answers with the ARN of the key, which does not tell its aliases: the name that it was asked for by is in a tag. */
export const kmsKeysOf = ({ Encrypted, KmsKeyId, Tags }: Volume): string[] => {
  if (Encrypted !== true) return [];
  return [KmsKeyId, fromTagList(Tags)[tagKeys.kmsKey]].flatMap((name) => name || []);
};

/** What an unpacker tells of a volume; undefined if it was not told the key, which only EC2 knows then. */
export const deviceFacts = ({ id, kmsKeys, present, sizeBytes }: UnpackerDevice): VolumeFacts | undefined =>
  present && kmsKeys.length > 0
    ? { volumeId: id, sizeGiB: Math.floor(sizeBytes / gibibyte), kmsKeys }
    : undefined;

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
 * Keeps the stream's own volume if it fits, since that makes unpacking and snapshots incremental; grows it in place if it is too small and the unpacker
 * can follow; else takes the smallest free one that fits; else asks for a new one. A snapshot inherits its volume's key, so a volume of another key never
 * serves.
 *
 * @param volumes the stream's own volume and the free ones of the unpacker.
 */
export const chooseVolume = (
  status: UnpackerStatus,
  volumes: readonly VolumeFacts[],
  need: VolumeNeed,
): VolumeChoice => {
  const byId = new Map(volumes.map((volume) => [volume.volumeId, volume]));
  const usable = status.devices.flatMap(({ id, present, stream }) => {
    const volume = byId.get(id);
    const fits = present && volume !== undefined && keyMatches(volume, need.kmsKey);
    return fits ? [{ id, stream, sizeGiB: volume.sizeGiB }] : [];
  });
  const own = usable.find(({ stream }) => stream === need.stream);
  const enough = own !== undefined && own.sizeGiB >= need.sizeGiB;
  if (own !== undefined && (enough || !status.capabilities.includes(fixedVolumes))) {
    return {
      action: enough ? 'keep' : 'grow',
      volumeId: own.id,
      sizeGiB: Math.max(own.sizeGiB, need.sizeGiB),
    };
  }
  const created = newVolume(status, need);
  if (created.replaced.length > 0) return created;
  const [free] = usable
    .filter(({ stream, sizeGiB }) => stream === '' && sizeGiB >= need.sizeGiB)
    .sort((a, b) => a.sizeGiB - b.sizeGiB || (a.id < b.id ? -1 : 1));
  if (free !== undefined) return { action: 'adopt', volumeId: free.id, sizeGiB: free.sizeGiB };
  return created;
};

/** A new volume, in place of the one that the stream has. */
export const newVolume = (
  { streams }: UnpackerStatus,
  { sizeGiB, stream }: VolumeNeed,
): VolumeChoice & { readonly action: 'create' } => {
  const bound = streams.find(({ name }) => name === stream)?.deviceId;
  return { action: 'create', sizeGiB, replaced: bound ? [bound] : [] };
};

/** Whether a volume is encrypted with a key; without one, whether it is encrypted at all. */
export const keyMatches = ({ kmsKeys }: VolumeFacts, kmsKey: string | undefined): boolean =>
  kmsKeys.some((name) => kmsKey === undefined || name === kmsKey || name.endsWith(`/${kmsKey}`));
