import type { ImageName } from '@ami-publisher/image';

/** Names have no `!`, so that it can stand for the slash. */
const slash = '!';
const digestForm = '[0-9a-f]{128}';
const recordKey = /^images\/([^/]+)\/([^/]+)\/image\.json$/;
const manifestKeyForm = new RegExp(`^images/([^/]+)/([^/]+)/(${digestForm})\\.jsonl$`);

/** Before the keys of all objects, images and claims. */
export const prefixes = { objects: 'objects/', images: 'images/', claims: 'claims/' } as const;

/** `objects/aa/…`: S3 spreads its load over such beginnings. */
export const objectKey = (sha512: string): string =>
  `${prefixes.objects}${sha512.slice(0, 2)}/${sha512.slice(2)}`;

/** The digest of an object's key; undefined if it is none. */
export const digestOfKey = (key: string): string | undefined => {
  const digest = key.slice(prefixes.objects.length).replaceAll('/', '');
  return /^[0-9a-f]{128}$/.test(digest) ? digest : undefined;
};

const imagePrefix = ({ stream, leaf }: ImageName): string =>
  `${prefixes.images}${stream.replaceAll('/', slash)}/${leaf}/`;

/** The record of an image; when it is there, the image is. */
export const imageKey = (name: ImageName): string => `${imagePrefix(name)}image.json`;

/** The manifest of an image, by its digest, so that two that are added under one name at once do not meet. */
export const manifestKey = (name: ImageName, digest: string): string => `${imagePrefix(name)}${digest}.jsonl`;

const nameOf = (folder = '', leaf = ''): ImageName => ({ stream: folder.replaceAll(slash, '/'), leaf });

/** The image whose record is at a key; undefined for other keys. */
export const imageOfKey = (key: string): ImageName | undefined => {
  const match = recordKey.exec(key);
  return match === null ? undefined : nameOf(match[1], match[2]);
};

/** The manifest at a key; undefined for other keys. */
export const manifestOfKey = (
  key: string,
): { readonly name: ImageName; readonly digest: string } | undefined => {
  const match = manifestKeyForm.exec(key);
  return match === null ? undefined : { name: nameOf(match[1], match[2]), digest: match[3] ?? '' };
};
