import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { globSync } from 'tinyglobby';
import { afterAll, describe, expect, it } from 'vitest';
import { root } from '../support/world.js';

const folder = mkdtempSync(join(tmpdir(), 'demo-keep-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const differences = (tree: string, snapshot: string): string =>
  execFileSync('rsync', ['-aHAXn', '--checksum', '--delete', '-i', `${tree}/`, `${snapshot}/`], {
    encoding: 'utf8',
  });

describe('rsync', () => {
  it('finds no difference between a source tree and any snapshot that the demo keeps', () => {
    const bin = join(root, 'packages/cli/bin/ami-publisher.js');
    execFileSync(process.execPath, [bin, 'demo', '--keep', folder], { stdio: 'ignore' });
    const snapshots = globSync('sandbox/*/*/snapshots/*/tree', {
      cwd: folder,
      onlyDirectories: true,
      expandDirectories: false,
      absolute: true,
    });
    expect(snapshots).toHaveLength(12);
    const trees = [join(folder, 'trees/1'), join(folder, 'trees/2')];
    const equal = snapshots.map((snapshot) => trees.filter((tree) => differences(tree, snapshot) === ''));
    expect(equal.filter(([tree]) => tree === trees[0])).toHaveLength(6);
    expect(equal.filter(([tree]) => tree === trees[1])).toHaveLength(6);
  });
});
