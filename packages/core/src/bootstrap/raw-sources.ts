import { AmiPublisherError } from '@ami-publisher/base';
import type { Image } from '@aws-sdk/client-ec2';
import type { PlanContext } from '../operations/command.js';
import { distanceKm } from '../target/region-places.js';
import { formatTarget, type Target } from '../target/target.js';
import type { UnpackerListing } from '../unpacker/fleet.js';
import { nearestFirst } from './choose-source.js';
import type { StreamImages } from './stream-images.js';

/** A volume of an unpacker that can be fetched: it holds one whole release, which is known. */
export interface UnpackerVolume {
  readonly target: Target;
  /** Of the unpacker. */
  readonly instanceId: string;
  readonly volumeId: string;
  readonly leaf: string;
  readonly manifestDigest: string;
  readonly sizeBytes: number;
  /** An AMI of the stream, of whatever release: what is made of the volume is made like it. */
  readonly image: Image;
}

/** Where a volume is fetched from. */
export interface RawSource extends UnpackerVolume {
  readonly distanceKm: number;
}

/** The volumes of a stream, and why others cannot be fetched, as sentences. */
export interface UnpackerVolumes {
  readonly volumes: readonly UnpackerVolume[];
  readonly refusals: readonly string[];
}

/** Asks the unpackers of places for their volumes of a stream; none is started for it. */
export const findUnpackerVolumes = async (
  { fleet, signal }: PlanContext,
  places: readonly Target[],
  stream: string,
  imagesAt: (place: Target) => StreamImages | undefined,
): Promise<UnpackerVolumes> => {
  const answers = await fleet().list(places, { signal });
  signal?.throwIfAborted();
  const found = answers.flatMap((answer): (UnpackerVolume | string)[] => {
    const place = formatTarget(answer.target);
    if ('error' in answer) return [`${place}: ${answer.error.summary}`];
    if (answer.value.length === 0) return [`${place} has no unpacker`];
    const image = imagesAt(answer.target)?.source?.image;
    if (image === undefined)
      return [`${place} has no AMI of ${stream} of its own that tells how to register one`];
    return answer.value.map((unpacker) => {
      const volume = volumeOf(unpacker, stream);
      if (typeof volume === 'string') return `${unpacker.instanceId} of ${place} ${volume}`;
      return { ...volume, target: answer.target, image };
    });
  });
  return {
    volumes: found.filter((one) => typeof one !== 'string'),
    refusals: found.filter((one) => typeof one === 'string'),
  };
};

/** @returns why the volume of an unpacker cannot be fetched, if it cannot */
const volumeOf = (
  { instanceId, state, status, error }: UnpackerListing,
  stream: string,
): Omit<UnpackerVolume, 'target' | 'image'> | string => {
  if (error !== undefined) return `does not answer: ${error.summary}`;
  if (status === undefined) return `is ${state}`;
  const found = status.streams.find(({ name }) => name === stream);
  const device = status.devices.find(({ id }) => id === found?.deviceId);
  if (found === undefined || device === undefined) return `has no volume of ${stream}`;
  if (!status.capabilities.includes('raw')) return 'has volumes that cannot be read as disks';
  const { leaf, manifestDigest } = found;
  if (leaf === '') return `has a volume of ${stream} that holds no whole release (${found.state})`;
  return { instanceId, volumeId: device.id, leaf, manifestDigest, sizeBytes: device.sizeBytes };
};

/** The nearest volume. @throws `AWS_NOT_FOUND` if there is none, saying of each unpacker why not */
export const nearestVolume = (
  { volumes, refusals }: UnpackerVolumes,
  stream: string,
  destination: Target,
): RawSource => {
  const [nearest] = nearestFirst(volumes, destination);
  if (nearest !== undefined)
    return { ...nearest, distanceKm: distanceKm(nearest.target.region, destination.region) };
  throw new AmiPublisherError('AWS_NOT_FOUND', {
    message: [`no unpacker has a volume of ${stream} that can be fetched`, ...refusals].join('; '),
    resource: stream,
    remedy:
      'start or prepare an unpacker that has the stream (prepare-unpackers), and name its target with --from',
  });
};
