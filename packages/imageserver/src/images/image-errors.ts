import { AmiPublisherError } from '@ami-publisher/base';
import { formatImageName, type ImageName } from '@ami-publisher/image';
import { endOf, type ImageRecord } from './image-record.js';

export const streamNotFound = (stream: string): AmiPublisherError =>
  new AmiPublisherError('STREAM_NOT_FOUND', {
    message: `there is no stream ${stream}`,
    resource: stream,
    remedy: 'see `ami-publisher image list`, or add an image with `ami-publisher image add`',
  });

export const imageNotFound = (name: ImageName): AmiPublisherError =>
  new AmiPublisherError('IMAGE_NOT_FOUND', {
    message: `the stream ${name.stream} has no image ${name.leaf}`,
    resource: formatImageName(name),
    remedy: `see \`ami-publisher image list ${name.stream}\``,
  });

export const manifestNotFound = (digest: string): AmiPublisherError =>
  new AmiPublisherError('IMAGE_NOT_FOUND', {
    message: `no image has the manifest ${digest.slice(0, 16)}…`,
    resource: digest,
    remedy: 'look the image up again; it may have been added under another digest',
  });

/** What became of an image: `was deleted on 2026-01-31T10:00:00.000Z`. */
const fateOf = (image: ImageRecord): string =>
  `${image.deletedAt === undefined ? 'expired' : 'was deleted'} on ${new Date(endOf(image)).toISOString()}`;

export const imageDeleted = (image: ImageRecord): AmiPublisherError =>
  new AmiPublisherError('IMAGE_NOT_FOUND', {
    message: `image ${formatImageName(image)} ${fateOf(image)}`,
    resource: formatImageName(image),
    remedy:
      image.collectedAt === undefined
        ? `bring it back with \`ami-publisher image restore ${formatImageName(image)}\``
        : 'its grace time is over: add it again under another leaf',
  });

/** The error of adding another image under a name, or any under that of a deleted one. */
export const imageExists = (existing: ImageRecord, isDeleted: boolean): AmiPublisherError => {
  const name = formatImageName(existing);
  const state = isDeleted
    ? `${fateOf(existing)}, and its name stays taken`
    : `exists with another manifest (${existing.manifestDigest.slice(0, 16)}…)`;
  return new AmiPublisherError('IMAGE_EXISTS', {
    message: `image ${name} ${state}`,
    resource: name,
    remedy: isDeleted
      ? 'choose another leaf, or bring it back with `ami-publisher image restore`'
      : 'images are immutable: choose another leaf',
  });
};

export const changedMeanwhile = (name: ImageName): AmiPublisherError =>
  new AmiPublisherError('INTERNAL', {
    message: `image ${formatImageName(name)} keeps being changed by others`,
    resource: formatImageName(name),
    retryable: true,
    remedy: 'try again',
  });
