import { join } from 'node:path';

/** Where a directory store keeps what. */
export interface StoreLayout {
  readonly root: string;
  readonly lock: string;
  /** There while objects may have been written that a crash could tear. */
  readonly dirtyMarker: string;
  /** Files in the making; emptied at start. */
  readonly temporary: string;
  readonly objects: string;
  readonly images: string;
}

export const storeLayout = (root: string): StoreLayout => ({
  root,
  lock: join(root, 'lock'),
  dirtyMarker: join(root, 'dirty'),
  temporary: join(root, 'tmp'),
  objects: join(root, 'objects'),
  images: join(root, 'images'),
});

/** Names have no `!`, so that it can stand for the slash. */
const slash = '!';

/** The folder of a stream. */
export const streamFolder = (layout: StoreLayout, stream: string): string =>
  join(layout.images, stream.replaceAll('/', slash));

/** The stream of a folder's name. */
export const streamOfFolder = (folder: string): string => folder.replaceAll(slash, '/');

/** The folder of an image, with `manifest.jsonl` and `image.json`. */
export const imageFolder = (layout: StoreLayout, stream: string, leaf: string): string =>
  join(streamFolder(layout, stream), leaf);

/** The file of an object, by its digest in lower-case hex. */
export const objectFile = (layout: StoreLayout, sha512: string): string =>
  join(layout.objects, sha512.slice(0, 2), sha512.slice(2));
