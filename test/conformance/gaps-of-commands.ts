import { imagesOfSnapshot } from './gaps.js';

/** By command, the gap of moto (`what` in gaps.ts) that keeps it from being tried there. */
export const gapsOfCommands: Readonly<Record<string, string>> = {
  delete: imagesOfSnapshot,
  'delete-unused-images': imagesOfSnapshot,
};
