import { throwIfCancelled } from '@ami-publisher/base';
import { type FileEntry, ManifestReader } from '@ami-publisher/image';

/** An entry of a manifest that has content. */
export type ListedFile = FileEntry & { readonly sha512: string };

/**
 * The files with content that a manifest lists, in its order and as many at a time as come with a piece of its bytes, so that a
 * large manifest is never in memory.
 *
 * @throws `INVALID_MANIFEST` at the end if the bytes have another digest; sooner if they break a rule. `CANCELLED`.
 */
export async function* listedFiles(
  bytes: AsyncIterable<Uint8Array>,
  expectedDigest: string,
  signal: AbortSignal,
): AsyncGenerator<readonly ListedFile[]> {
  let files: ListedFile[] = [];
  const reader = new ManifestReader((entry) => {
    if (entry.type === 'file' && entry.sha512 !== undefined) files.push(entry as ListedFile);
  });
  for await (const chunk of bytes) {
    throwIfCancelled(signal);
    reader.push(chunk);
    yield files;
    files = [];
  }
  reader.end({ expectedDigest });
}
