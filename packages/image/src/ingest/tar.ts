import { type IngestArchiveOptions, ingestArchive } from './archive.js';
import type { IngestResult } from './image-sink.js';
import { tarMembers } from './tar-members.js';
import { TarTree } from './tar-tree.js';

/** Options of `ingestTar`. */
export interface IngestTarOptions extends IngestArchiveOptions {
  /** An uncompressed archive: ustar, PAX or GNU. */
  readonly tar: AsyncIterable<Uint8Array>;
}

/**
 * Makes an image of a tar archive as it streams by. Absolute paths become relative, missing parents get defaults (0755, root, time
 * 0), of several members with one name the last counts.
 *
 * @throws `INVALID_ARCHIVE` naming the member that is damaged, or whose name or type an image cannot hold; `INVALID_MANIFEST` naming the path whose
 * attributes it cannot hold; `IMAGE_EXISTS`; `IMAGE_SERVER_UNREACHABLE`; `CANCELLED`.
 */
export const ingestTar = async (options: IngestTarOptions): Promise<IngestResult> =>
  ingestArchive(options, async (take) => {
    const tree = new TarTree();
    for await (const found of tarMembers(options.tar, options.signal)) {
      tree.add(found.member, await take(found));
    }
    return tree.entries();
  });
