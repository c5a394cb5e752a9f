import { AmiPublisherError, invalidOption } from '@ami-publisher/base';
import { type ImageName, type ObjectPiece, parseLeafName, parseStreamName } from '@ami-publisher/image';

const digestBytes = 64;

/** Checks the name in a request. @throws `INVALID_NAME`, `INVALID_OPTION` if there is none. */
export const nameOf = (
  name: { readonly stream: string; readonly leaf: string } | null | undefined,
): ImageName => {
  if (name == null) throw invalidOption('name', 'given', name);
  return { stream: parseStreamName(name.stream), leaf: parseLeafName(name.leaf) };
};

/** Checks the digests in a request and gives them as hex. @throws `INVALID_OPTION`. */
export const digestsOf = (digests: readonly Buffer[], most: number): string[] => {
  if (digests.length > most) throw invalidOption('digests', `at most ${most}`, digests.length);
  return digests.map(digestOf);
};

const digestOf = (digest: Buffer): string => {
  if (digest.length !== digestBytes)
    throw invalidOption('digest', `${digestBytes} bytes long`, digest.length);
  return digest.toString('hex');
};

interface ObjectPart {
  readonly digest: Buffer;
  readonly size: string;
  readonly data: Buffer;
}

/** The parts of all messages. @throws `INVALID_OPTION` for a digest of the wrong length. */
export async function* partsOf(
  messages: AsyncIterable<{ readonly parts: readonly ObjectPart[] }>,
): AsyncGenerator<ObjectPiece> {
  for await (const { parts } of messages) {
    for (const { digest, size, data } of parts) yield { sha512: digestOf(digest), size: Number(size), data };
  }
}

const timeForm = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z$/;

/** A time in a request, in one form; undefined if it is empty. @throws `INVALID_OPTION`. */
export const timeOf = (name: string, time: string): string | undefined => {
  if (time === '') return undefined;
  if (!timeForm.test(time) || Number.isNaN(Date.parse(time)))
    throw invalidOption(name, 'a time such as 2026-01-31T10:00:00Z', time);
  return new Date(time).toISOString();
};

interface AddImageMessage {
  readonly name?: { readonly stream: string; readonly leaf: string } | null;
  readonly manifest?: Buffer;
  readonly expiresAt: string;
}

const outOfOrder = (message: string): AmiPublisherError =>
  new AmiPublisherError('INVALID_OPTION', { message });

/** Name and expiry in the first message, and the manifest's bytes in those that follow. */
export const splitAddImage = async (
  messages: AsyncIterable<AddImageMessage>,
): Promise<{
  readonly name: ImageName;
  readonly expiresAt: string | undefined;
  readonly manifest: AsyncIterable<Uint8Array>;
}> => {
  const iterator = messages[Symbol.asyncIterator]();
  const first = await iterator.next();
  if (first.done === true) throw outOfOrder('AddImage: the stream of requests is empty');
  const { name, expiresAt } = first.value;
  return {
    name: nameOf(name),
    expiresAt: timeOf('expires_at', expiresAt),
    manifest: manifestBytes(iterator),
  };
};

async function* manifestBytes(messages: AsyncIterator<AddImageMessage>): AsyncGenerator<Uint8Array> {
  for (let result = await messages.next(); result.done !== true; result = await messages.next()) {
    const { manifest } = result.value;
    if (manifest === undefined) throw outOfOrder('AddImage: only the first request may have a name');
    yield manifest;
  }
}
