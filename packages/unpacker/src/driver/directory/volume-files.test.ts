import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { identityName } from '../identity.js';
import { findDirectory } from './find-device.js';
import { readUnset, writeUnset } from './unset-attributes.js';
import { VolumeFiles } from './volume-files.js';

let root: string;
let files: VolumeFiles;
const label = { stream: 'base/debian', leaf: '1', manifestDigest: 'abc', generation: 3 };

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'ami-publisher-volume-'));
  files = new VolumeFiles(root);
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const put = (name: string, content: object | string) =>
  writeFileSync(join(root, name), typeof content === 'string' ? content : JSON.stringify(content));

describe('a volume', () => {
  it('is blank when new, also with what mkfs and an unfinished write leave', async () => {
    expect(await files.contents()).toEqual({ kind: 'blank' });
    mkdirSync(join(root, 'lost+found'));
    put('volume.json.new', '{');
    expect(await files.contents()).toEqual({ kind: 'blank' });
  });

  it.each([
    ['a file of other origin', () => put('file', 'data')],
    ['a tree without a word of what it is', () => mkdirSync(join(root, 'tree'))],
    ['a record that cannot be read', () => put('volume.json', '{"phase":"cle')],
    ['a record of another form', () => put('volume.json', { phase: 'clean' })],
  ])('with %s is foreign', async (_what, arrange) => {
    arrange();
    expect(await files.contents()).toEqual({ kind: 'foreign' });
  });

  it('is a mixture from the mark on, and breaks its seal', async () => {
    await files.seal(label);
    await files.markUpdating('base/debian', 4);
    expect(await files.contents()).toEqual({ kind: 'partial', stream: 'base/debian', generation: 4 });
    await files.markComplete({ ...label, generation: 4 });
    expect(await files.contents()).toEqual({ kind: 'image', ...label, generation: 4, sealed: false });
  });

  it('[U50] that was complete but not flushed is a mixture once the machine has stopped', async () => {
    await files.markComplete(label);
    const record = JSON.parse(readFileSync(join(root, 'volume.json'), 'utf8'));
    put('volume.json', { ...record, unflushedSince: 'an earlier boot' });
    expect(await files.contents()).toEqual({ kind: 'partial', stream: 'base/debian', generation: 3 });
    await files.seal(label);
    expect(await files.contents()).toMatchObject({ kind: 'image', sealed: true });
  });

  it.each([
    ['of another generation', { ...label, generation: 2 }],
    ['of another image', { ...label, manifestDigest: 'abd' }],
    ['that cannot be read', '{'],
  ])('is not sealed by a seal %s', async (_what, seal) => {
    await files.seal(label);
    put('seal.json', seal);
    expect(await files.contents()).toMatchObject({ kind: 'image', sealed: false });
  });

  it('is no image any more from the moment that wiping it begins', async () => {
    await files.seal(label);
    mkdirSync(join(root, 'tree'));
    for (let i = 0; i < 2_000; i++) put(`tree/${i}`, '');
    const wiping = files.wipe();
    let contents = await files.contents();
    while (contents.kind === 'image') contents = await files.contents();
    expect(contents).toEqual({ kind: 'partial', stream: 'base/debian', generation: 4 });
    await wiping;
  });

  it('[U23] is blank after it was wiped', async () => {
    await files.seal(label);
    mkdirSync(join(root, 'tree/deep'), { recursive: true });
    put('tree/deep/file', 'data');
    await files.wipe();
    expect(await files.contents()).toEqual({ kind: 'blank' });
  });
});

describe('the list of attributes that could not be set', () => {
  it('is read as it was written, odd paths and all', async () => {
    const unset = {
      euid: 1000,
      paths: {
        '': { uid: 0 },
        'na\xefve\n': { uid: 0, gid: 5, xattrs: { 'user.a': 'YQ==', 'user.b': null } },
      },
    };
    await writeUnset(files.unset, unset);
    expect(await readUnset(files.unset)).toEqual(unset);
  });

  it('is done without when it is missing or damaged', async () => {
    expect(await readUnset(files.unset)).toBeUndefined();
    put('unset.jsonl', '{"euid":0}\n{"path":');
    expect(await readUnset(files.unset)).toBeUndefined();
    put('unset.jsonl', '');
    expect(await readUnset(files.unset)).toBeUndefined();
  });
});

describe('a device', () => {
  it('[U13] is found by the name that udev makes of its serial number', async () => {
    const name = identityName('vol-0123456789abcdef0');
    expect(name).toBe('nvme-Amazon_Elastic_Block_Store_vol0123456789abcdef0');
    expect(await findDirectory(root, 'vol-0123456789abcdef0')).toBeUndefined();
    put(name, 'a file is no volume');
    expect(await findDirectory(root, 'vol-0123456789abcdef0')).toBeUndefined();
  });

  it('has the size that is written beside it, else that of its file system', async () => {
    const volume = join(root, identityName('vol-01234567'));
    mkdirSync(volume);
    const found = await findDirectory(root, 'vol-01234567');
    expect(found?.sizeBytes).toBeGreaterThan(1_000_000);
    put('volume.json', { sizeBytes: 4096 });
    expect(await findDirectory(root, 'vol-01234567')).toEqual({
      id: 'vol-01234567',
      path: volume,
      sizeBytes: 4096,
    });
    put('volume.json', '{');
    expect(await findDirectory(root, 'vol-01234567')).toEqual(found);
  });
});
