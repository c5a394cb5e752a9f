import { throwIfCancelled } from '@ami-publisher/base';
import { type EncodedManifest, encodeManifest } from '../manifest/encode.js';
import { parseManifest } from '../manifest/parse.js';
import type { ByteString } from '../manifest.js';
import { pieceBytes, readPieces, withSmallFile } from '../tree/read-file.js';
import type { ScannedNode } from '../tree/scan.js';
import type { TreeIndex } from '../tree/tree-index.js';
import { type WalkedTree, walkTree } from '../tree/walk.js';
import { defaultIngestStreams, type IngestOptions, type IngestResult } from './image-sink.js';
import { ObjectSender, type PendingObject, type SentObjects } from './send-objects.js';

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

/**
 * Makes an image of a directory tree: reads and digests it and sends what the sink lacks meanwhile, then adds the image.
 *
 * @throws `TREE_CHANGED` if the tree changes meanwhile; `FILE_SYSTEM_FAILED` if something cannot be read; `INVALID_MANIFEST` if the tree
 * holds what an image cannot; `IMAGE_EXISTS`; `IMAGE_SERVER_UNREACHABLE`; `CANCELLED`.
 */
export const ingestDirectory = async (options: IngestDirectoryOptions): Promise<IngestDirectoryResult> => {
  const { sink, signal } = options;
  const sending = new Sending(options);
  let tree: WalkedTree;
  let manifest: EncodedManifest;
  let sent: SentObjects;
  try {
    tree = await walkTree(options.root, {
      index: options.index,
      signal,
      onProgress: (progress) => options.onProgress?.({ phase: 'reading', ...progress }),
      onContent: (scan, node, { sha512 }) => sending.add(scan.root, node, sha512),
    });
    manifest = encodeManifest(tree.entries);
    // Refuses here, by name, what the server would refuse.
    parseManifest(manifest.bytes);
    throwIfCancelled(signal);
    sent = await sending.finish();
  } catch (reason) {
    await sending.abandon(reason);
    throw reason;
  }
  const image = await sink.addImage(options.name, manifest.bytes, { signal, expiresAt: options.expiresAt });
  return {
    image,
    objectsSent: sent.objects,
    bytesSent: sent.bytes,
    warnings: tree.warnings,
    index: tree.index,
  };
};

/** Sends each content once, while others are still being read. */
class Sending {
  readonly #sender: ObjectSender;
  readonly #digests = new Set<string>();
  readonly #done = { filesDone: 0, bytesDone: 0 };
  #bytesTotal = 0;
  #allRead = false;

  constructor(readonly options: IngestDirectoryOptions) {
    const { sink, signal, streams = defaultIngestStreams } = options;
    this.#sender = new ObjectSender(sink, streams, { signal }, (objects, bytes) => {
      this.#done.filesDone += objects;
      this.#done.bytesDone += bytes;
      this.#report();
    });
  }

  async add(root: ByteString, node: ScannedNode, sha512: string): Promise<void> {
    if (this.#digests.has(sha512)) return;
    this.#digests.add(sha512);
    this.#bytesTotal += node.size;
    await this.#sender.add(pendingObject(root, node, sha512, this.options.signal));
  }

  finish(): Promise<SentObjects> {
    this.#allRead = true;
    return this.#sender.finish();
  }

  abandon(reason: unknown): Promise<void> {
    return this.#sender.abandon(reason);
  }

  /** Until all is read, it is the reading that tells how far all of it is. */
  #report(): void {
    if (!this.#allRead) return;
    const [filesTotal, bytesTotal] = [this.#digests.size, this.#bytesTotal];
    this.options.onProgress?.({ phase: 'sending', ...this.#done, filesTotal, bytesTotal });
  }
}
