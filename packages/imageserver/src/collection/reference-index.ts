import { DigestTable } from '../digest-table.js';
import { listedFiles } from '../images/listed-files.js';
import type { ImageStore, StoredManifest } from '../store/store.js';

/** The beginning of a digest is enough: a collision, were there one, would keep an object that could go. */
const keyBytes = 16;

/** Which objects manifests list, and of what size; about forty bytes each, whatever the number of manifests. */
export class ReferenceIndex {
  readonly #table = new DigestTable(keyBytes);
  readonly #read = new Set<string>();

  constructor(readonly images: Pick<ImageStore, 'readManifest'>) {}

  /** Digests of the manifests that have been read. */
  get manifests(): ReadonlySet<string> {
    return this.#read;
  }

  /**
   * Reads those of the manifests that have not been read before; one that is gone by now is passed over.
   *
   * @throws `INVALID_MANIFEST` if one is damaged: what it lists is not known then.
   */
  async add(manifests: readonly StoredManifest[], signal: AbortSignal): Promise<void> {
    for (const manifest of manifests) {
      if (this.#read.has(manifest.digest)) continue;
      const bytes = await this.images.readManifest(manifest.name, manifest.digest);
      if (bytes === undefined) continue;
      for await (const files of listedFiles(bytes, manifest.digest, signal)) {
        for (const { sha512, size } of files) this.#table.add(sha512, size);
      }
      this.#read.add(manifest.digest);
    }
  }

  has(sha512: string): boolean {
    return this.#table.has(sha512);
  }

  /** Bytes; undefined if no manifest lists the object. */
  sizeOf(sha512: string): number | undefined {
    return this.#table.sizeOf(sha512);
  }
}
