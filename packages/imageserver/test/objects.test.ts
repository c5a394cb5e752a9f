import { randomBytes } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { ObjectPiece } from '@ami-publisher/image';
import { describe, expect, it } from 'vitest';
import { allOf } from './support/all-of.js';
import { serve } from './support/server.js';
import { temporaryDirectory } from './support/temporary-directory.js';
import { sha512 } from './support/trees.js';

async function* pieces(
  content: Buffer,
  pieceBytes = 100_000,
  digest = sha512(content),
): AsyncGenerator<ObjectPiece> {
  for (let at = 0; at < content.length; at += pieceBytes) {
    yield { sha512: digest, size: content.length, data: content.subarray(at, at + pieceBytes) };
  }
}

const fetched = async (objects: AsyncIterable<ObjectPiece>): Promise<Buffer> =>
  Buffer.concat((await allOf(objects)).map((piece) => piece.data));

describe('objects', () => {
  it.each([1, 300_000, 5_000_000])('of %i bytes come back as they went', async (size) => {
    const { sink, source } = await serve(temporaryDirectory());
    const content = randomBytes(size);
    await sink.addObjects(pieces(content));

    expect((await fetched(source.getObjects([sha512(content)]))).equals(content)).toBe(true);
  });

  it.each([1_000, 5_000_000])(
    'of %i bytes with another digest are refused, and nothing of them stays',
    async (size) => {
      const data = temporaryDirectory();
      const { sink } = await serve(data);
      const digest = sha512(Buffer.from('another'));

      const adding = sink.addObjects(pieces(randomBytes(size), 100_000, digest));

      await expect(adding).rejects.toMatchObject({ code: 'OBJECT_CORRUPT', resource: digest });
      expect(await sink.missingObjects([digest])).toEqual([digest]);
      expect(readdirSync(join(data, 'tmp'))).toEqual([]);
    },
  );

  it('that are cut short are refused', async () => {
    const { sink } = await serve(temporaryDirectory());
    const content = randomBytes(2_000_000);
    async function* firstPiece() {
      for await (const piece of pieces(content)) {
        yield piece;
        return;
      }
    }

    const adding = sink.addObjects(firstPiece());

    await expect(adding).rejects.toMatchObject({
      code: 'OBJECT_CORRUPT',
      message: expect.stringContaining('cut short'),
    });
  });

  it('can be sent by several at once', async () => {
    const { sink, source } = await serve(temporaryDirectory());
    const content = randomBytes(4_000_000);

    await Promise.all(Array.from({ length: 4 }, () => sink.addObjects(pieces(content))));

    expect((await fetched(source.getObjects([sha512(content)]))).equals(content)).toBe(true);
  });

  it('come in the order asked for, whatever their sizes', async () => {
    const { sink, source } = await serve(temporaryDirectory());
    const contents = Array.from({ length: 1_200 }, (_, i) =>
      Buffer.from(`object ${i} ${'x'.repeat(i % 17 === 0 ? 300_000 : i)}`),
    );
    async function* all() {
      for (const content of contents) yield* pieces(content);
    }
    await sink.addObjects(all());
    const asked = contents.map(sha512).reverse();

    const order: string[] = [];
    for await (const piece of source.getObjects(asked))
      if (order.at(-1) !== piece.sha512) order.push(piece.sha512);

    expect(order).toEqual(asked);
  });

  it('must be named by whole digests', async () => {
    const { client } = await serve(temporaryDirectory());

    const checking = client.checkObjects({ digests: [Buffer.alloc(63)] });

    await expect(checking).rejects.toMatchObject({
      code: 'INVALID_OPTION',
      message: expect.stringContaining('64 bytes'),
    });
  });

  it('stop coming when the caller has had enough', async () => {
    const { sink, source } = await serve(temporaryDirectory());
    const content = randomBytes(5_000_000);
    await sink.addObjects(pieces(content));

    for await (const piece of source.getObjects([sha512(content)])) {
      expect(piece.data.length).toBeGreaterThan(0);
      break;
    }
    expect(await sink.missingObjects([sha512(content)])).toEqual([]);
  });
});
