import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { MemorySink } from '../../test/support/memory-sink.js';
import { temporaryDirectory } from '../../test/support/temporary-directory.js';
import type { ObjectPiece } from '../image-source.js';
import { ingestDirectory } from './directory.js';
import type { IngestProgress } from './image-sink.js';

const name = { stream: 'base', leaf: '1' };

describe('ingesting a directory', () => {
  it('sends each content once, large ones too, and then the manifest', async () => {
    const root = temporaryDirectory();
    mkdirSync(join(root, 'etc'));
    for (const file of ['a', 'etc/same']) writeFileSync(join(root, file), 'same');
    writeFileSync(join(root, 'empty'), '');
    writeFileSync(join(root, 'large'), Buffer.alloc(5_000_000, 'x'));
    const sink = new MemorySink();

    const result = await ingestDirectory({ root, name, sink });

    expect(result).toMatchObject({
      objectsSent: 2,
      bytesSent: 5_000_004,
      image: { stream: 'base', leaf: '1', entryCount: 6 },
    });
    expect([...sink.objects.values()].map((content) => content.length).sort()).toEqual([4, 5_000_000]);
    expect(sink.images.get('base/1')?.entries.map((entry) => entry.path)).toEqual([
      '',
      'a',
      'empty',
      'etc',
      'etc/same',
      'large',
    ]);
  });

  it('sends by several streams at a time, but no more than asked for', async () => {
    const root = temporaryDirectory();
    for (let i = 0; i < 2_000; i += 1) writeFileSync(join(root, `${i}`), `${i}`);
    const sink = new MemorySink();
    const add = sink.addObjects.bind(sink);
    let begun = 0;
    let beginSecond = () => {};
    const second = new Promise<void>((resolve) => {
      beginSecond = resolve;
    });
    const whenTwoRun = async function* (pieces: AsyncIterable<ObjectPiece>) {
      begun += 1;
      if (begun === 2) beginSecond();
      await second;
      yield* pieces;
    };
    sink.addObjects = (pieces) => add(whenTwoRun(pieces));

    await ingestDirectory({ root, name, sink, streams: 2 });

    expect(sink.objects.size).toBe(2_000);
    expect(sink.mostStreams).toBe(2);
  });

  it('sends what it has read while it reads on', async () => {
    const root = temporaryDirectory();
    for (let i = 0; i < 2_000; i += 1) writeFileSync(join(root, `${i}`), `${i}`);
    const sink = new MemorySink();
    const add = sink.addObjects.bind(sink);
    const order: string[] = [];
    sink.addObjects = (pieces) => {
      order.push('sends');
      return add(pieces);
    };

    await ingestDirectory({
      root,
      name,
      sink,
      onProgress: ({ filesDone, filesTotal }) => filesDone === filesTotal && order.push('has read all'),
    });

    expect(order.slice(0, 4)).toEqual(['sends', 'sends', 'sends', 'has read all']);
  });

  it('reports how far it has come, up to the totals', async () => {
    const root = temporaryDirectory();
    for (const file of ['a', 'b', 'c']) writeFileSync(join(root, file), file);
    const seen: IngestProgress[] = [];

    await ingestDirectory({
      root,
      name,
      sink: new MemorySink(),
      onProgress: (progress) => seen.push(progress),
    });

    expect(seen.at(-1)).toEqual({
      phase: 'sending',
      filesDone: 3,
      filesTotal: 3,
      bytesDone: 3,
      bytesTotal: 3,
    });
    expect(seen[0]?.phase).toBe('reading');
  });

  it('ends with the error of the sink, and adds no image', async () => {
    const root = temporaryDirectory();
    writeFileSync(join(root, 'a'), 'a');
    const sink = new MemorySink();
    const failure = new Error('gone');
    sink.addObjects = () => Promise.reject(failure);

    await expect(ingestDirectory({ root, name, sink })).rejects.toBe(failure);
    expect(sink.images.size).toBe(0);
  });

  it('ends with TREE_CHANGED when a file changes between digesting and sending', async () => {
    const root = temporaryDirectory();
    writeFileSync(join(root, 'a'), 'before');
    const sink = new MemorySink();
    const ask = sink.missingObjects.bind(sink);
    sink.missingObjects = (digests) => {
      writeFileSync(join(root, 'a'), 'changed');
      return ask(digests);
    };

    await expect(ingestDirectory({ root, name, sink })).rejects.toMatchObject({
      code: 'TREE_CHANGED',
      resource: 'a',
    });
  });

  it('is cancelled by its signal', async () => {
    const root = temporaryDirectory();
    writeFileSync(join(root, 'a'), 'a');
    const controller = new AbortController();
    const onProgress = () => controller.abort();

    const ingest = ingestDirectory({
      root,
      name,
      sink: new MemorySink(),
      onProgress,
      signal: controller.signal,
    });

    await expect(ingest).rejects.toMatchObject({ code: 'CANCELLED' });
  });
});
