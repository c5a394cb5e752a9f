import { imageReferences, imagesOfSnapshot, imagesWithTagKeys, keyPairById } from './gaps.js';

/**
 * By command, the first gap of moto (`what` in gaps.ts) that keeps it from being tried there, or a part of it: `delete` without retention, of
 * `expire` all but instances, of `import-key-pair` the replacement and the way back.
 */
export const gapsOfCommands: Readonly<Record<string, string>> = {
  delete: imagesOfSnapshot,
  'delete-unused-images': imageReferences,
  expire: imagesWithTagKeys,
  'import-key-pair': keyPairById,
  'list-unused-images': imageReferences,
};
