import { isAmiPublisherError } from '@ami-publisher/base';
import { parseImageName } from '@ami-publisher/image';
import type { ImageCatalogue } from '../images/image-catalogue.js';
import type { ImageRecord } from '../images/image-record.js';

/** Nobody tells when an image expires, and when another server adds one to the same bucket: whoever waits looks again after this time. */
export const pollMs = 10_000;

const absences: ReadonlySet<string> = new Set(['INVALID_NAME', 'STREAM_NOT_FOUND', 'IMAGE_NOT_FOUND']);

/** The live image `STREAM/LEAF`; undefined if there is none, as of a name that none can have. */
export const liveImage = async (
  catalogue: ImageCatalogue,
  name: string,
): Promise<ImageRecord | undefined> => {
  try {
    return await catalogue.find(parseImageName(name));
  } catch (reason) {
    if (isAmiPublisherError(reason) && absences.has(reason.code)) return undefined;
    throw reason;
  }
};

/** The directories that images are in: each stream, and what it is in; `.` is the outermost. In order. */
export const directoriesOf = (images: readonly ImageRecord[]): readonly string[] => {
  const streams = new Set(images.map(({ stream }) => stream));
  const directories = new Set(['.']);
  for (const stream of streams) {
    const parts = stream.split('/');
    for (const depth of parts.keys()) directories.add(parts.slice(0, depth + 1).join('/'));
  }
  return [...directories].sort();
};

/** Which images are asked for. */
export interface Selection {
  readonly IgnoreExpiringImages: boolean;
  /** Images of ours have none. */
  readonly TagsToMatch: Readonly<Record<string, unknown>>;
  /** Images of ours have none. */
  readonly BuildCommitId?: string;
}

/** Those of the images that are asked for. */
export const selected = (
  images: readonly ImageRecord[],
  { BuildCommitId = '', IgnoreExpiringImages, TagsToMatch }: Selection,
): readonly ImageRecord[] => {
  if (BuildCommitId !== '' || Object.keys(TagsToMatch).length > 0) return [];
  return images.filter(({ expiresAt }) => !(IgnoreExpiringImages && expiresAt !== undefined));
};

/** Whether an image is meant by a directory: all by `.` and by nothing, those directly in it by a slash at its end, else all below. */
export const isIn = ({ stream }: ImageRecord, directory: string): boolean => {
  if (directory === '' || directory === '.') return true;
  return directory.endsWith('/') ? `${stream}/` === directory : `${stream}/`.startsWith(`${directory}/`);
};
