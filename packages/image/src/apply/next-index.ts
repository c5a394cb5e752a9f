import { AmiPublisherError } from '@ami-publisher/base';
import type { ByteString, FileEntry, ManifestEntry } from '../manifest.js';
import { readState } from '../tree/scan.js';
import { TreeIndex } from '../tree/tree-index.js';
import type { Survey } from './survey.js';

/**
 * The index for the next apply: what the scan knew and still holds, and what was written since.
 *
 * @param isChanged whether the inode with this first path was touched.
 */
export const nextIndex = (
  entries: readonly ManifestEntry[],
  { scan, contents }: Survey,
  isChanged: (path: ByteString) => boolean,
): TreeIndex => {
  const index = TreeIndex.empty();
  const nodes = new Map(scan.nodes.map((node) => [node.path, node]));
  const nowMs = Date.now();
  const files = new Map<ByteString, FileEntry>();
  for (const entry of entries) {
    if (entry.type === 'file') files.set(entry.path, entry);
    const file = entry.type === 'hardlink' ? files.get(entry.target) : files.get(entry.path);
    if (file?.sha512 === undefined) continue;
    const changed = isChanged(file.path);
    const node = changed ? readState(scan.root, entry.path) : nodes.get(entry.path);
    if (node === undefined) throw vanished(entry.path);
    const content = changed
      ? { sha512: file.sha512, ...(file.extents !== undefined && { extents: file.extents }) }
      : contents.index.find(node);
    if (content === undefined) continue;
    if (changed) index.record(node, content, nowMs);
    else index.keep(node, content);
  }
  return index;
};

const vanished = (path: ByteString): AmiPublisherError =>
  new AmiPublisherError('TREE_CHANGED', {
    message: `${path} vanished while the image was applied`,
    resource: path,
    remedy: 'make sure that nothing else writes to the tree, then try again',
  });
