import { createHash, X509Certificate } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import type { TLSSocket } from 'node:tls';
import { gunzipSync } from 'node:zlib';
import { VirtualClock } from '@ami-publisher/base';
import type { LeaseRefMessage, UnpackerRpcClient } from '@ami-publisher/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type RawHost, rawBytes } from './fixture/raw-host.js';
import { createRawImage, type RawImage } from './fixture/raw-image.js';
import { streamStatus, succeed } from './fixture/unpacker.js';

let image: RawImage;
let host: RawHost;
let client: UnpackerRpcClient;
let lease: LeaseRefMessage;

beforeEach(async () => {
  image = await createRawImage();
  ({ host } = image);
});
afterEach(() => image.dispose());

const begin = async (clock?: VirtualClock) => {
  ({ client, lease } = await image.unpack(clock));
};

/** The first message of an offer, and those that follow. */
const offer = async (signal?: AbortSignal) => {
  const messages = client.offerRaw({ lease }, { ...(signal && { signal }) })[Symbol.asyncIterator]();
  const { value } = await messages.next();
  return { ...value!, rest: () => rest(messages) };
};

const rest = async <T>(messages: AsyncIterator<T>): Promise<T[]> => {
  const all: T[] = [];
  for (;;) {
    const { done, value } = await messages.next();
    if (done === true) return all;
    all.push(value);
  }
};

/** Fetches as the copier does. */
const fetchRaw = async ({ port, ticket }: { port: number; ticket: string }, path = '/raw') => {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const headers = { authorization: `Bearer ${ticket}` };
    request({ host: '127.0.0.1', port, path, headers, rejectUnauthorized: false, agent: false }, resolve)
      .on('error', reject)
      .end();
  });
  const shown = (response.socket as TLSSocket).getPeerCertificate().raw;
  const key = new X509Certificate(shown).publicKey.export({ type: 'spki', format: 'der' });
  return { response, pin: createHash('sha256').update(key).digest('base64') };
};

const bodyOf = async (response: IncomingMessage): Promise<Buffer> =>
  Buffer.concat((await response.toArray()) as Buffer[]);

describe('OfferRaw', () => {
  it('[W40] [W42] lets the sealed volume be fetched once with the ticket, and tells the digest of all of it', async () => {
    await begin();
    const { ticket, port, publicKeySha256, ...about } = await offer();
    expect(about).toMatchObject({
      sizeBytes: String(rawBytes),
      leaf: image.leaf,
      manifestDigest: image.manifestDigest,
    });
    const { response, pin } = await fetchRaw({ port, ticket });
    expect(pin).toBe(publicKeySha256);
    const bytes = gunzipSync(await bodyOf(response));
    expect(bytes.equals(host.raw())).toBe(true);
    const last = (await about.rest()).at(-1);
    expect(last).toMatchObject({
      bytesDone: String(rawBytes),
      sha256: createHash('sha256').update(host.raw()).digest('hex'),
    });
    expect(await streamStatus(client)).toMatchObject({ state: 'SEALED', leaf: '1' });
    await expect(fetchRaw({ port, ticket })).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  it('refuses who has no ticket, and who uses one a second time', async () => {
    await begin();
    const { ticket, port } = await offer();
    const statuses = async (...asked: [string, string?][]) =>
      Promise.all(
        asked.map(async ([ticket, path]) => {
          const { response } = await fetchRaw({ port, ticket }, path);
          response.resume();
          return response.statusCode;
        }),
      );
    expect(await statuses([''], ['x'.repeat(43)], [ticket, '/'])).toEqual([401, 401, 401]);
    const { response } = await fetchRaw({ port, ticket });
    expect([response.statusCode, ...(await statuses([ticket]))]).toEqual([200, 401]);
    response.destroy();
  });

  it('[W40] fails when the reader leaves early', async () => {
    await begin();
    host.fillRaw();
    const { ticket, port, rest } = await offer();
    const { response } = await fetchRaw({ port, ticket });
    response.destroy();
    await expect(rest()).rejects.toMatchObject({
      code: 'UNPACKER_FAILED',
      message: expect.stringMatching(/ended after \d+ of 24000000 bytes/),
    });
  });

  it('[W42] keeps the stream from other work, until its caller leaves', async () => {
    await begin();
    const caller = new AbortController();
    const { port, ticket, rest } = await offer(caller.signal);
    expect(await streamStatus(client)).toMatchObject({ state: 'TRANSFERRING' });
    const unpacked = succeed(client.prepareForUnpack({ lease, operationId: 'p1' }));
    await expect.poll(() => client.getOperation({ operationId: 'p1' })).toMatchObject({ phase: 'wait' });
    const waiting = rest();
    caller.abort(new Error('left'));
    await expect(waiting).rejects.toThrow('left');
    await unpacked;
    await expect(fetchRaw({ port, ticket })).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  it('ends when nobody has come for a quarter of an hour', async () => {
    const clock = new VirtualClock();
    await begin(clock);
    const { rest } = await offer();
    const ended = expect(rest()).rejects.toMatchObject({ code: 'TIMED_OUT' });
    await clock.advance(15 * 60_000 + 1);
    await ended;
    expect(await streamStatus(client)).toMatchObject({ state: 'SEALED' });
  });
});
