import { setImmediate as turn } from 'node:timers/promises';
import { VirtualClock } from '@ami-publisher/base';
import { describe, expect, it } from 'vitest';
import { encodeManifest } from '../manifest/encode.js';
import { GrpcImageSource } from './source.js';

const { bytes, digest } = encodeManifest([
  { type: 'directory', path: '', mode: 0o755, uid: 0, gid: 0, mtimeNs: 0n },
]);
const data = Buffer.from('content');

/** A message, and then nothing until the call is given up. */
async function* stalled<T>(message: T, { signal }: { readonly signal?: AbortSignal | undefined }) {
  yield message;
  await new Promise((_resolve, reject) => {
    signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}

const allOf = async (pieces: AsyncIterable<unknown>): Promise<void> => {
  for await (const _piece of pieces);
};

type Client = ConstructorParameters<typeof GrpcImageSource>[0];

const client = {
  address: 'images:6971',
  getManifest: (_request: unknown, options: object) => stalled({ data: bytes.subarray(0, 9) }, options),
  getObjects: (_request: unknown, options: object) =>
    stalled({ parts: [{ digest: Buffer.alloc(64), size: 100, data }] }, options),
} as unknown as Client;

describe('an image server that stops in the middle without closing the connection', () => {
  it.each<[string, (source: GrpcImageSource) => Promise<unknown>]>([
    ['a manifest', (source) => source.getManifest(digest)],
    ['objects', (source) => allOf(source.getObjects(['00'.repeat(64)]))],
  ])('[U41] is given up after a while: %s', async (_what, fetch) => {
    const clock = new VirtualClock();
    const fetching = fetch(new GrpcImageSource(client, { clock }));
    const ended = expect(fetching).rejects.toMatchObject({
      code: 'IMAGE_SERVER_UNREACHABLE',
      retryable: true,
      message: expect.stringContaining('image server images:6971 has sent nothing for 60 s'),
    });

    await turn();
    await clock.advance(59_000);
    await turn();
    await clock.advance(2_000);

    await ended;
  });

  it('is not what takes long in the hands of who reads', async () => {
    const clock = new VirtualClock();
    const pieces = new GrpcImageSource(client, { clock }).getObjects(['00'.repeat(64)]);

    expect((await pieces.next()).value).toMatchObject({ data });
    await clock.advance(600_000);
    await pieces.return(undefined);

    expect(clock.now()).toBeGreaterThanOrEqual(600_000);
  });
});
