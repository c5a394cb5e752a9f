import { throwIfCancelled } from '@ami-publisher/base';
import type { Manifest, ManifestEntry } from '../manifest.js';
import { ManifestReader, type ParseManifestOptions } from './reader.js';

/**
 * Reads the bytes of a manifest strictly.
 *
 * @throws `INVALID_MANIFEST` naming the line and the rule that it breaks.
 */
export const parseManifest = (bytes: Uint8Array, options: ParseManifestOptions = {}): Manifest => {
  const entries: ManifestEntry[] = [];
  const reader = new ManifestReader((entry) => entries.push(entry));
  reader.push(bytes);
  return { entries, digest: reader.end(options).digest };
};

/**
 * Reads a manifest that arrives in pieces.
 *
 * @throws `INVALID_MANIFEST` naming the line and the rule that it breaks; `CANCELLED`.
 */
export const readManifest = async (
  chunks: AsyncIterable<Uint8Array>,
  options: ParseManifestOptions & { readonly signal?: AbortSignal | undefined } = {},
): Promise<Manifest> => {
  const entries: ManifestEntry[] = [];
  const reader = new ManifestReader((entry) => entries.push(entry));
  for await (const chunk of chunks) {
    throwIfCancelled(options.signal);
    reader.push(chunk);
  }
  return { entries, digest: reader.end(options).digest };
};
