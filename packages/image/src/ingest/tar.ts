import { type EventEmitter, once } from 'node:events';
import { throwIfCancelled } from '@ami-publisher/base';
import { type Extract, extract } from 'tar-stream';
import { toText } from '../byte-string.js';
import { encodeManifest } from '../manifest/encode.js';
import { parseManifest } from '../manifest/parse.js';
import { defaultIngestStreams, type IngestOptions, type IngestResult } from './image-sink.js';
import { ObjectSender } from './send-objects.js';
import { Spool } from './spool.js';
import { invalidArchive, readTarHeader } from './tar-header.js';
import { TarTree } from './tar-tree.js';

type Source = Extract extends AsyncIterable<infer Entry> ? Entry : never;

/** Options of `ingestTar`. */
export interface IngestTarOptions extends IngestOptions {
  /** An uncompressed archive: ustar, PAX or GNU. */
  readonly tar: AsyncIterable<Uint8Array>;
  /** Where large files wait until they are sent. @default the system's temporary directory */
  readonly spoolDir?: string | undefined;
}

/** Feeds the archive to the reader; an error of the source becomes an error of the reader. */
const feed = async (
  tar: AsyncIterable<Uint8Array>,
  reader: Extract,
  signal: AbortSignal | undefined,
): Promise<void> => {
  const closed = new AbortController();
  reader.once('close', () => closed.abort());
  try {
    for await (const chunk of tar) {
      throwIfCancelled(signal);
      if (closed.signal.aborted) return;
      if (!reader.write(chunk)) {
        await once(reader as unknown as EventEmitter, 'drain', { signal: closed.signal });
      }
    }
    reader.end(undefined);
  } catch (reason) {
    // If the reader has closed first, it knows why.
    if (closed.signal.aborted) return;
    reader.destroy(new SourceFailed('the source of the archive failed', { cause: reason }));
  }
};

/** Carries an error of the source through the reader. */
class SourceFailed extends Error {}

/** Makes every member part of the tree, and its content known to the sender. */
const readMembers = async (
  entries: AsyncIterable<Source>,
  spool: Spool,
  sender: ObjectSender,
  onFile: () => void,
): Promise<TarTree> => {
  const tree = new TarTree();
  const seen = new Set<string>();
  for await (const entry of entries) {
    const member = readTarHeader(entry.header as Parameters<typeof readTarHeader>[0]);
    if (member.type !== 'file' || member.size === 0) {
      entry.resume();
      tree.add(member);
      continue;
    }
    const object = await spool.take(
      readable(entry as AsyncIterable<Uint8Array>, toText(member.path)),
      member.size,
    );
    tree.add(member, object.sha512);
    onFile();
    if (!seen.has(object.sha512)) await sender.add(object);
    seen.add(object.sha512);
  }
  return tree;
};

/** What the reader says of bytes that are no archive becomes an error of ours, between members and inside of them. */
async function* readable<T>(items: AsyncIterable<T>, member: string): AsyncGenerator<T> {
  try {
    yield* items;
  } catch (reason) {
    if (reason instanceof SourceFailed) throw reason.cause;
    const text = reason instanceof Error ? reason.message : String(reason);
    throw invalidArchive(member, `cannot be read: ${text}`, 'decompress it first, or make it again', reason);
  }
}

/**
 * Makes an image of a tar archive as it streams by. Absolute paths become relative, missing parents get defaults (0755, root, time
 * 0), of several members with one name the last counts.
 *
 * @throws `INVALID_ARCHIVE` naming the member that is damaged, or whose name or type an image cannot hold; `INVALID_MANIFEST` naming the path whose
 * attributes it cannot hold; `IMAGE_EXISTS`; `IMAGE_SERVER_UNREACHABLE`; `CANCELLED`.
 */
export const ingestTar = async (options: IngestTarOptions): Promise<IngestResult> => {
  const { sink, signal, onProgress } = options;
  let [filesDone, bytesDone] = [0, 0];
  const report = () => {
    onProgress?.({ phase: 'sending', filesDone, filesTotal: undefined, bytesDone, bytesTotal: undefined });
  };
  const sender = new ObjectSender(
    sink,
    options.streams ?? defaultIngestStreams,
    { signal },
    (_objects, bytes) => {
      bytesDone += bytes;
      report();
    },
  );
  const spool = new Spool(options.spoolDir);
  // The types of tar-stream lack this option.
  const readerOptions: object = { filenameEncoding: 'latin1' };
  const reader = extract(readerOptions);
  const feeding = feed(options.tar, reader, signal);
  try {
    const tree = await readMembers(readable(reader as AsyncIterable<Source>, 'stream'), spool, sender, () => {
      filesDone += 1;
      report();
    });
    await feeding;
    const sent = await sender.finish();
    const manifest = encodeManifest(tree.entries());
    parseManifest(manifest.bytes);
    const image = await sink.addImage(options.name, manifest.bytes, { signal, expiresAt: options.expiresAt });
    return { image, objectsSent: sent.objects, bytesSent: sent.bytes, warnings: [] };
  } catch (reason) {
    reader.destroy();
    await sender.abandon(reason);
    throw reason;
  } finally {
    await spool.close();
  }
};
