import { type IngestArchiveOptions, ingestArchive } from '../archive.js';
import type { IngestResult } from '../image-sink.js';
import { tarMembers } from '../tar-members.js';
import { layerArchive } from './decompress.js';
import { blobBytes } from './descriptor.js';
import { LayeredTree } from './layered-tree.js';
import { findLayers, type LayoutChoice } from './layout.js';

/** Options of `ingestOciLayout`. */
export interface IngestOciOptions extends IngestArchiveOptions, LayoutChoice {
  /** The directory of the layout, with `oci-layout`, `index.json` and `blobs`. */
  readonly root: string;
}

/**
 * Makes an image of a container image in an OCI image layout: its layers, plain or packed by gzip or zstd, one upon the other, with
 * whiteouts. Every blob must have the digest that the layout gives it. What of a container image is no file (its command,
 * environment, user) is left out.
 *
 * @throws `INVALID_ARCHIVE` naming the blob or member that is damaged or that an image cannot hold; `INVALID_OPTION` if the layout has several
 * images and neither tag nor platform tells which; `IMAGE_EXISTS`; `IMAGE_SERVER_UNREACHABLE`; `CANCELLED`.
 */
export const ingestOciLayout = async (options: IngestOciOptions): Promise<IngestResult> => {
  const layers = await findLayers(options.root, options);
  return ingestArchive(options, async (take) => {
    const tree = new LayeredTree();
    for (const layer of layers) {
      tree.beginLayer();
      const archive = layerArchive(layer, blobBytes(options.root, layer));
      for await (const found of tarMembers(archive, options.signal)) {
        tree.add(found.member, await take(found));
      }
    }
    return tree.entries();
  });
};
