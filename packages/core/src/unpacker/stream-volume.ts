import type { Instance, Volume } from '@aws-sdk/client-ec2';
import { describeVolumes } from '../cloud/describe.js';
import type { CallOptions, Ec2Api } from '../cloud/ec2-api.js';
import { fromTagList, tagFilter, tagKeys } from '../cloud/tags.js';
import { lastCaptures } from './captures.js';
import { idOf } from './instances.js';
import type { UnpackerStatus } from './unpacker-client.js';
import { deviceFacts, type VolumeFacts, volumeFacts } from './volumes.js';

/** The volume that a stream has at an unpacker. */
export interface StreamVolume extends VolumeFacts {
  /** The release on it; empty if there is none, or nobody could tell. */
  readonly leaf: string;
}

/** What an unpacker says of a stream's volume: `undefined` if it has none, `unknown` if EC2 must be asked. */
export type ToldVolume = StreamVolume | undefined | 'unknown';

/** A stream and where its volumes are, from tags. */
export interface StreamListing {
  readonly stream: string;
  readonly volumeId: string;
  /** The release that was captured of it last; empty if there is no snapshot of it. */
  readonly leaf: string;
  /** Of that capture. */
  readonly generation: number;
  readonly sizeGiB: number;
}

/** The stream's volume in the status of an unpacker. */
export const volumeIn = ({ devices, streams }: UnpackerStatus, stream: string): ToldVolume => {
  const device = devices.find((one) => one.stream === stream);
  if (device === undefined) return undefined;
  const facts = deviceFacts(device);
  const leaf = streams.find(({ name }) => name === stream)?.leaf ?? '';
  return facts === undefined ? 'unknown' : { ...facts, leaf };
};

/** All volumes of a stream in a target, by their tag. */
export const volumesOfStream = (ec2: Ec2Api, stream: string, options: CallOptions): Promise<Volume[]> =>
  describeVolumes(ec2, [tagFilter(tagKeys.stream, stream)], options);

/** Which of a stream's volumes is attached to an instance, and what was captured of it last. */
export const volumeAt = async (
  ec2: Ec2Api,
  instance: Instance,
  volumes: readonly Volume[],
  options: CallOptions,
): Promise<StreamVolume | undefined> => {
  const volume = volumes.find(({ Attachments }) =>
    Attachments?.some(({ InstanceId }) => InstanceId === idOf(instance)),
  );
  if (volume === undefined) return undefined;
  const facts = volumeFacts(volume);
  const captures = await lastCaptures(ec2, [facts.volumeId], options);
  return { ...facts, leaf: captures.get(facts.volumeId)?.leaf ?? '' };
};

/** The streams that have a volume in a target, by name. */
export const listStreams = async (ec2: Ec2Api, options: CallOptions): Promise<StreamListing[]> => {
  const volumes = await describeVolumes(ec2, [{ Name: 'tag-key', Values: [tagKeys.stream] }], options);
  const ids = volumes.flatMap(({ VolumeId }) => VolumeId ?? []);
  const captures = await lastCaptures(ec2, ids, options);
  return volumes
    .map(({ Size, Tags, VolumeId = '' }) => {
      const { leaf = '', generation = 0 } = captures.get(VolumeId) ?? {};
      const stream = fromTagList(Tags)[tagKeys.stream] ?? '';
      return { stream, volumeId: VolumeId, leaf, generation, sizeGiB: Size ?? 0 };
    })
    .sort((a, b) => (a.stream + a.volumeId < b.stream + b.volumeId ? -1 : 1));
};
