import { type EventEmitter, once } from 'node:events';
import { throwIfCancelled } from '@ami-publisher/base';
import { type Extract, extract } from 'tar-stream';
import { toText } from '../byte-string.js';
import { invalidArchive, readTarHeader, type TarMember } from './tar-header.js';

type Source = Extract extends AsyncIterable<infer Entry> ? Entry : never;

/** A member of an archive; one of type `file` with its content, which is passed over unless it is read before the next member. */
export interface TarMemberWithContent {
  readonly member: TarMember;
  readonly content: AsyncIterable<Uint8Array>;
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
 * The members of an uncompressed archive as it streams by.
 *
 * @throws `INVALID_ARCHIVE` naming the member that is damaged, or whose name or type an image cannot hold; what the archive's source throws; `CANCELLED`.
 */
export async function* tarMembers(
  tar: AsyncIterable<Uint8Array>,
  signal: AbortSignal | undefined,
): AsyncGenerator<TarMemberWithContent> {
  // The types of tar-stream lack this option.
  const readerOptions: object = { filenameEncoding: 'latin1' };
  const reader = extract(readerOptions);
  const feeding = feed(tar, reader, signal);
  try {
    for await (const entry of readable(reader as AsyncIterable<Source>, 'stream')) {
      const member = readTarHeader(entry.header as Parameters<typeof readTarHeader>[0]);
      yield { member, content: readable(entry as AsyncIterable<Uint8Array>, toText(member.path)) };
      entry.resume();
    }
    await feeding;
  } finally {
    reader.destroy();
  }
}
