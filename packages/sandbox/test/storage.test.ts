import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe } from 'vitest';
import { DirectoryStorage } from '../src/storage/directory-storage.js';
import { describeStorage } from './support/storage-contract.js';

describe('Volumes that are folders', () => {
  const directory = mkdtempSync(join(tmpdir(), 'sandbox-storage-'));
  const storage = new DirectoryStorage(directory);
  afterAll(() => rmSync(directory, { recursive: true }));

  describeStorage(() => ({
    storage,
    write: (path, text) => writeFile(join(path, 'file'), text),
    read: (path) => readFile(join(path, 'file'), 'utf8').catch(() => undefined),
    sizeOf: async (path) => JSON.parse(readFileSync(join(path, '../volume.json'), 'utf8')).sizeBytes,
  }));
});
