import { mkdtempSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLogger } from '@ami-publisher/base';
import { ChangeNotifier } from '@ami-publisher/daemon';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { newStream, type OperationRecord, rememberedOperations, withOperation } from './model.js';
import { parseState } from './state-file.js';
import { StateStore } from './state-store.js';

let directory: string;
let notifier: ChangeNotifier;
let store: StateStore;

const open = () => StateStore.open({ directory, notifier, logger: silentLogger });

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'ami-publisher-state-'));
  notifier = new ChangeNotifier();
  store = await open();
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const names = (of: StateStore) => [...of.current.streams.keys()];

describe('the state', () => {
  it('[U11] shows a change when it is on disk, not before', async () => {
    const created = store.createStream('a');
    expect(names(store)).toEqual([]);
    await created;
    expect(names(store)).toEqual(['a']);
    expect(names(await open())).toEqual(['a']);
  });

  it('writes changes that come together at once', async () => {
    const before = notifier.version;
    await Promise.all(Array.from({ length: 50 }, (_, i) => store.createStream(`s${i}`)));
    expect(names(await open())).toHaveLength(50);
    expect(notifier.version - before).toBeLessThan(5);
  });

  it('is not touched by a change that throws', async () => {
    await store.createStream('a');
    const failing = store.commitStream('a', () => {
      throw new Error('refused');
    });
    await expect(failing).rejects.toThrow('refused');
    await expect(store.commitStream('b', (stream) => stream)).rejects.toMatchObject({
      code: 'STREAM_NOT_FOUND',
    });
    expect(names(store)).toEqual(['a']);
  });

  it('says so when it cannot be written, and writes everything when it can be again', async () => {
    await store.createStream('a');
    const away = `${directory}.away`;
    renameSync(directory, away);
    await expect(store.createStream('b')).rejects.toMatchObject({ code: 'ENOENT' });
    expect(names(store)).toEqual(['a']);
    renameSync(away, directory);
    await store.createStream('c');
    expect(names(await open())).toEqual(['a', 'b', 'c']);
  });

  it('is a file that only its owner can read, with its digest', async () => {
    await store.createStream('a');
    const file = join(directory, 'state.json');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const text = readFileSync(file, 'utf8');
    expect(parseState(text)?.state.streams.get('a')).toEqual(newStream('a'));
    expect(parseState(text.replace('"a"', '"b"'))).toBeUndefined();
  });
});

describe('the operations of a stream', () => {
  const operation = (id: string): OperationRecord => ({
    id,
    call: 'UnpackImage',
    request: '',
    state: 'SUCCEEDED',
    phase: '',
    filesDone: 0,
    filesTotal: 0,
    bytesDone: 0,
    bytesTotal: 0,
    startedAt: '2026-01-01T00:00:00Z',
  });

  it('[U61] are remembered up to a limit, the latest ones', () => {
    let stream = newStream('a');
    for (let i = 0; i < rememberedOperations + 5; i++) stream = withOperation(stream, operation(`o${i}`));
    expect(stream.operations).toHaveLength(rememberedOperations);
    expect(stream.operations.at(0)?.id).toBe('o5');
    expect(stream.operations.at(-1)?.id).toBe('o24');
  });

  it('are remembered once each', () => {
    const stream = [operation('a'), operation('b'), operation('a')].reduce(withOperation, newStream('s'));
    expect(stream.operations.map(({ id }) => id)).toEqual(['b', 'a']);
  });
});
