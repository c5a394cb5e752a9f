import { encodeManifest } from '../manifest/encode.js';
import { parseManifest } from '../manifest/parse.js';
import type { ManifestEntry } from '../manifest.js';
import { defaultIngestStreams, type IngestOptions, type IngestResult } from './image-sink.js';
import { ObjectSender } from './send-objects.js';
import { Spool } from './spool.js';
import type { TarMemberWithContent } from './tar-members.js';

/** Options of every ingest of archives. */
export interface IngestArchiveOptions extends IngestOptions {
  /** Where large files wait until they are sent. @default the system's temporary directory */
  readonly spoolDir?: string | undefined;
}

/** Has the content of a member sent. @returns its lower-case hex SHA-512; undefined if it has none. */
export type TakeContent = (member: TarMemberWithContent) => Promise<string | undefined>;

/** Sends the contents of members, each once. */
const contentTaker = (spool: Spool, sender: ObjectSender, onFile: () => void): TakeContent => {
  const seen = new Set<string>();
  return async ({ member, content }) => {
    if (member.type !== 'file' || member.size === 0) return undefined;
    const object = await spool.take(content, member.size);
    onFile();
    if (!seen.has(object.sha512)) await sender.add(object);
    seen.add(object.sha512);
    return object.sha512;
  };
};

/** Makes an image of the entries that `read` finds, and that has taken all of their contents. */
export const ingestArchive = async (
  options: IngestArchiveOptions,
  read: (take: TakeContent) => Promise<readonly ManifestEntry[]>,
): Promise<IngestResult> => {
  const { sink, signal, onProgress, expiresAt } = options;
  let [filesDone, bytesDone] = [0, 0];
  const report = () => {
    onProgress?.({ phase: 'sending', filesDone, filesTotal: undefined, bytesDone, bytesTotal: undefined });
  };
  const streams = options.streams ?? defaultIngestStreams;
  const sender = new ObjectSender(sink, streams, { signal }, (_objects, bytes) => {
    bytesDone += bytes;
    report();
  });
  const spool = new Spool(options.spoolDir);
  const onFile = () => {
    filesDone += 1;
    report();
  };
  try {
    const entries = await read(contentTaker(spool, sender, onFile));
    const sent = await sender.finish();
    const manifest = encodeManifest(entries);
    parseManifest(manifest.bytes);
    const image = await sink.addImage(options.name, manifest.bytes, { signal, expiresAt });
    return { image, objectsSent: sent.objects, bytesSent: sent.bytes, warnings: [] };
  } catch (reason) {
    await sender.abandon(reason);
    throw reason;
  } finally {
    await spool.close();
  }
};
