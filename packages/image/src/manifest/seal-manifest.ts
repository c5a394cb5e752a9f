import { createHash } from 'node:crypto';
import { AmiPublisherError } from '@ami-publisher/base';
import type { Manifest, ManifestEntry } from '../manifest.js';
import { encodePieces } from './encode.js';
import { BrokenRule, checkEntry } from './entry.js';
import { PlaceRules } from './place-rules.js';

/**
 * Makes a manifest of entries that come from elsewhere, by the same rules as one that is read. Its bytes are never in memory as a whole.
 *
 * @throws `INVALID_MANIFEST` naming the line and the rule that it breaks.
 */
export const sealManifest = (entries: readonly ManifestEntry[]): Manifest => {
  const places = new PlaceRules();
  for (const [index, entry] of entries.entries()) {
    try {
      checkEntry(entry);
      places.add(entry);
    } catch (reason) {
      if (!(reason instanceof BrokenRule)) throw reason;
      // The first line is the header.
      const message = `manifest line ${index + 2} ${reason.message}`;
      throw new AmiPublisherError('INVALID_MANIFEST', { message, cause: reason });
    }
  }
  const hash = createHash('sha512');
  for (const piece of encodePieces(entries)) hash.update(piece);
  return { entries, digest: hash.digest('hex') };
};
