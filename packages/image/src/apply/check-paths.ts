import { AmiPublisherError } from '@ami-publisher/base';
import { toText } from '../byte-string.js';
import type { ByteString, Manifest } from '../manifest.js';

/** What Linux takes in one system call, bytes. */
const maxSystemPathBytes = 4095;

/**
 * Finds, before anything is changed, the paths of a manifest that the tree at `root` cannot have.
 *
 * @param staging path in the tree of the staging directory, if it lies in there.
 * @throws `INVALID_MANIFEST` naming the path that the staging directory has or that is too long below `root`.
 */
export const checkPaths = (manifest: Manifest, root: ByteString, staging: ByteString | undefined): void => {
  const roomBytes = maxSystemPathBytes - root.length - 1;
  for (const { path } of manifest.entries) {
    if (path.length > roomBytes) {
      throw refused(
        path,
        `is longer than ${roomBytes} bytes, which is what Linux takes below ${toText(root)}`,
      );
    }
    if (staging !== undefined && (path === staging || path.startsWith(`${staging}/`))) {
      throw refused(path, 'is where files in the making are kept');
    }
  }
};

const refused = (path: ByteString, problem: string): AmiPublisherError =>
  new AmiPublisherError('INVALID_MANIFEST', {
    message: `the path ${toText(path).slice(0, 200)} of the image ${problem}`,
    resource: toText(path),
    remedy: 'give it another name in the image',
  });
