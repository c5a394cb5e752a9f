import { throwIfCancelled } from '@ami-publisher/base';
import { encodeManifest } from '../manifest/encode.js';
import { parseManifest } from '../manifest/parse.js';
import type { ByteString, FileEntry } from '../manifest.js';
import { pieceBytes, readPieces, withSmallFile } from '../tree/read-file.js';
import type { ScannedNode } from '../tree/scan.js';
import type { TreeIndex } from '../tree/tree-index.js';
import { walkTree } from '../tree/walk.js';
import { defaultIngestStreams, type IngestOptions, type IngestResult } from './image-sink.js';
import { ObjectSender, type PendingObject } from './send-objects.js';

/** Options of `ingestDirectory`. */
export interface IngestDirectoryOptions extends IngestOptions {
  readonly root: string;
  /** Result of the last ingest of the directory. @default none: every file is read */
  readonly index?: TreeIndex | undefined;
}

/** What `ingestDirectory` has done. */
export interface IngestDirectoryResult extends IngestResult {
  /** For the next ingest. */
  readonly index: TreeIndex;
}

async function* copiedPieces(
  root: ByteString,
  node: ScannedNode,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  for await (const piece of readPieces(root, node, signal)) yield Buffer.from(piece);
}

const pendingObject = (
  root: ByteString,
  node: ScannedNode,
  sha512: string,
  signal: AbortSignal | undefined,
): PendingObject => ({
  sha512,
  size: node.size,
  read: () =>
    node.size > pieceBytes
      ? copiedPieces(root, node, signal)
      : [withSmallFile(root, node, (data) => Buffer.from(data))],
});

const hasContent = (entry: { readonly type: string }): entry is FileEntry & { readonly sha512: string } =>
  entry.type === 'file' && (entry as FileEntry).sha512 !== undefined;

/**
 * Makes an image of a directory tree: reads and digests it, sends what the sink lacks, then adds the image.
 *
 * @throws `TREE_CHANGED` if the tree changes meanwhile; `FILE_SYSTEM_FAILED` if something cannot be read; `INVALID_MANIFEST` if the tree
 * holds what an image cannot; `IMAGE_EXISTS`; `IMAGE_SERVER_UNREACHABLE`; `CANCELLED`.
 */
export const ingestDirectory = async (options: IngestDirectoryOptions): Promise<IngestDirectoryResult> => {
  const { sink, signal, onProgress } = options;
  const tree = await walkTree(options.root, {
    index: options.index,
    signal,
    onProgress: (progress) => onProgress?.({ phase: 'reading', ...progress }),
  });
  const manifest = encodeManifest(tree.entries);
  // Refuses here, by name, what the server would refuse.
  parseManifest(manifest.bytes);

  const files = tree.entries.filter(hasContent);
  const bytesTotal = files.reduce((sum, file) => sum + file.size, 0);
  let [filesDone, bytesDone] = [0, 0];
  const sender = new ObjectSender(
    sink,
    options.streams ?? defaultIngestStreams,
    { signal },
    (objects, bytes) => {
      filesDone += objects;
      bytesDone += bytes;
      onProgress?.({ phase: 'sending', filesDone, filesTotal: files.length, bytesDone, bytesTotal });
    },
  );
  const sent = await sendFiles(sender, files, tree.scan, signal);
  const image = await sink.addImage(options.name, manifest.bytes, { signal, expiresAt: options.expiresAt });
  return {
    image,
    objectsSent: sent.objects,
    bytesSent: sent.bytes,
    warnings: tree.warnings,
    index: tree.index,
  };
};

const sendFiles = async (
  sender: ObjectSender,
  files: readonly (FileEntry & { readonly sha512: string })[],
  scan: { readonly root: ByteString; readonly nodes: readonly ScannedNode[] },
  signal: AbortSignal | undefined,
) => {
  const nodes = new Map(scan.nodes.map((node) => [node.path, node]));
  const seen = new Set<string>();
  try {
    for (const file of files) {
      throwIfCancelled(signal);
      const node = nodes.get(file.path);
      if (node === undefined || seen.has(file.sha512)) continue;
      seen.add(file.sha512);
      await sender.add(pendingObject(scan.root, node, file.sha512, signal));
    }
    return await sender.finish();
  } catch (reason) {
    await sender.abandon(reason);
    throw reason;
  }
};
