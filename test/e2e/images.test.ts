import { mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LayoutMaker } from '../../packages/image/test/support/oci-layout.js';
import { createWorld, type World } from '../support/world.js';

interface ImageRow {
  readonly image: string;
  readonly expiresAt?: string;
  readonly restorableUntil?: string;
}

describe('images on the command line', () => {
  let world: World;
  const image = (...parameters: string[]) => world.run('image', ...parameters);

  beforeAll(async () => {
    world = await createWorld();
  });
  afterAll(() => world.close());

  it('come from an OCI image layout, expire later, go and come back', async () => {
    const root = join(world.directory, 'layout');
    mkdirSync(root);
    const maker = new LayoutMaker(root);
    const layer = await maker.layer([{ name: 'etc/hostname', content: 'web' }], '+gzip');
    const made = maker.image([layer]);
    maker.index([{ ...made, annotations: { 'org.opencontainers.image.ref.name': 'latest' } }]);

    const added = await image('add', 'app/web/7', `${root}:latest`, '--oci', '--expires-in', '30d');
    expect(added.stderr).toBe('');
    const [expiring] = (await image('list', 'app/web')).json<ImageRow[]>();
    expect(Date.parse(expiring?.expiresAt ?? '') - Date.now()).toBeGreaterThan(29 * 86_400_000);
    const [unending] = (await image('set-expiry', 'app/web/7', '--never')).json<ImageRow[]>();
    expect(unending).not.toHaveProperty('expiresAt');

    const unasked = await image('delete', 'app/web/7');
    expect([unasked.code, unasked.stderr]).toEqual([2, expect.stringContaining('give --yes to do it')]);
    expect((await image('delete', 'app/web/7', '--dry-run')).code).toBe(0);
    expect((await image('show', 'app/web/7')).code).toBe(0);

    expect((await image('delete', 'app/web/7', '--yes')).code).toBe(0);
    expect((await image('show', 'app/web/7')).stderr).toContain('image app/web/7 was deleted on');
    expect((await image('list', '--deleted')).json<ImageRow[]>()[0]?.restorableUntil).toBeDefined();
    expect((await image('restore', 'app/web/7')).code).toBe(0);
    expect((await image('verify', 'app/web/7')).json()).toMatchObject({ objects: 1, damage: [] });
  });

  it('are written back into a folder as they were, and into no other that has something', async () => {
    const tree = await world.addImage('app/copy/1', {
      'etc/os-release': 'NAME=copy\n',
      'usr/bin/run': '#!/bin/sh\n',
    });
    const copy = join(world.directory, 'copy');

    const unpacked = await image('unpack', 'app/copy/1', copy);
    expect(unpacked.json()).toMatchObject({ image: 'app/copy/1', filesWritten: 2 });
    expect((await world.execute('diff', '-r', tree, copy)).code).toBe(0);
    expect(statSync(join(copy, 'etc/os-release')).mtimeMs).toBe(
      statSync(join(tree, 'etc/os-release')).mtimeMs,
    );
    const again = await image('unpack', 'app/copy/1', copy);
    expect([again.code, again.stderr]).toEqual([2, expect.stringContaining('is not empty')]);
  });

  it('leave nothing to collect on a new server, and say so', async () => {
    const { code, stdout } = await image('collect-garbage', '--dry-run', '--output', 'table');

    expect(code).toBe(0);
    expect(stdout).toContain('would remove 0 objects (0 B), 0 manifests of unfinished images');
  });

  it.each([
    [['set-expiry', 'app/web/7'], 'expected `--in, --at and --never` to be given, one of them, got 0'],
    [['add', 'app/web/8', '.', '--platform', 'linux/amd64'], 'given with --oci only'],
    [['add', 'app/web/8', '/nonexistent', '--oci'], 'oci-layout cannot be read'],
  ])('are refused for %j', async (parameters, message) => {
    expect((await image(...parameters)).stderr).toContain(message);
  });
});
