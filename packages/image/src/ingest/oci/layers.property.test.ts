import {
  chmodSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { isAmiPublisherError } from '@ami-publisher/base';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { MemorySink } from '../../../test/support/memory-sink.js';
import { type LayerMember, LayoutMaker } from '../../../test/support/oci-layout.js';
import { temporaryDirectory } from '../../../test/support/temporary-directory.js';
import type { ManifestEntry } from '../../manifest.js';
import { walkTree } from '../../tree/walk.js';
import { ingestOciLayout } from './ingest-oci.js';

const directories = ['a', 'b', 'a/b'];
const places = ['x', 'y', 'a/x', 'a/y', 'a/b/x', 'b/x'];
const path = fc.constantFrom(...places, ...directories);
const member: fc.Arbitrary<LayerMember> = fc.oneof(
  fc.record({ name: path, content: fc.constantFrom('', 'one', 'two'), mode: fc.constant(0o644) }),
  fc.record({
    name: fc.constantFrom(...directories),
    type: fc.constant('directory' as const),
    mode: fc.constantFrom(0o755, 0o700),
  }),
  // Not where directories are, so that no parent is a link: those are looked at one by one.
  fc.record({
    name: fc.constantFrom(...places),
    type: fc.constant('symlink' as const),
    linkname: fc.constantFrom('a', 'nowhere'),
  }),
  fc.record({ name: fc.constantFrom(...places), type: fc.constant('link' as const), linkname: path }),
  path.map((hidden) => ({ name: join(dirname(hidden), `.wh.${hidden.split('/').at(-1)}`) })),
  fc.constantFrom(...directories).map((opaque) => ({ name: `${opaque}/.wh..wh..opq` })),
);

const isWhiteout = ({ name }: LayerMember): boolean => name.split('/').at(-1)?.startsWith('.wh.') === true;
/** Whiteouts first: what comes before them in a layer is looked at one by one, too. */
const layer = fc
  .array(member, { maxLength: 6 })
  .map((members) => [...members.filter(isWhiteout), ...members.filter((other) => !isWhiteout(other))]);

const isDirectory = (file: string): boolean =>
  lstatSync(file, { bigint: true, throwIfNoEntry: false })?.isDirectory() === true;

const hide = (root: string, { name }: LayerMember): void => {
  const parent = join(root, dirname(name));
  if (!isDirectory(parent)) {
    if (lstatSync(parent, { bigint: true, throwIfNoEntry: false }) !== undefined)
      throw new Error('lies in a file');
    return;
  }
  const hidden = (name.split('/').at(-1) ?? '').slice('.wh.'.length);
  const gone = hidden === '.wh..opq' ? readdirSync(parent) : [hidden];
  for (const child of gone) rmSync(join(parent, child), { recursive: true, force: true });
};

const makers: Readonly<Record<string, (file: string, member: LayerMember, root: string) => void>> = {
  file: (file, { content = '' }) => writeFileSync(file, content, { mode: 0o644 }),
  directory: (file, { mode }) => {
    mkdirSync(file, { recursive: true });
    chmodSync(file, mode ?? 0o755);
  },
  symlink: (file, { linkname }) => symlinkSync(linkname ?? '', file),
  link: (file, _member, root) => renameSync(`${root}.link`, file),
};

const put = (root: string, member: LayerMember): void => {
  const file = join(root, member.name);
  mkdirSync(dirname(file), { recursive: true });
  if (member.type === 'link') linkSync(join(root, member.linkname ?? ''), `${root}.link`);
  if (member.type !== 'directory' || !isDirectory(file)) rmSync(file, { recursive: true, force: true });
  makers[member.type ?? 'file']!(file, member, root);
};

/** Lays the layers upon each other on a real file system. @returns undefined if that cannot be done. */
const flattenByHand = (layers: readonly (readonly LayerMember[])[]): string | undefined => {
  const root = join(temporaryDirectory(), 'tree');
  mkdirSync(root);
  try {
    for (const member of layers.flat()) {
      if (isWhiteout(member)) hide(root, member);
      else put(root, member);
    }
    return root;
  } catch {
    return undefined;
  }
};

/** What layers say of an entry; owners and times are those of the test in the tree made by hand. */
const comparable = (entries: readonly ManifestEntry[]) =>
  entries.map((entry) => {
    if (entry.type === 'hardlink') return entry;
    const { uid: _uid, gid: _gid, mtimeNs: _mtime, ...rest } = entry;
    return rest;
  });

const ingest = async (layers: readonly (readonly LayerMember[])[]) => {
  const maker = new LayoutMaker(temporaryDirectory());
  const made = [];
  for (const [index, members] of layers.entries())
    made.push(await maker.layer(members, (['', '+gzip', '+zstd'] as const)[index % 3]));
  maker.index([maker.image(made)]);
  const sink = new MemorySink();
  try {
    await ingestOciLayout({ root: maker.root, name: { stream: 's', leaf: '1' }, sink });
    return sink.images.get('s/1')?.entries ?? [];
  } catch (reason) {
    if (isAmiPublisherError(reason) && reason.code === 'INVALID_ARCHIVE') return undefined;
    throw reason;
  }
};

it('layers become the tree that comes of laying them upon each other by hand', async () => {
  let made = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(layer, { minLength: 1, maxLength: 4 }), async (layers) => {
      const root = flattenByHand(layers);
      const entries = await ingest(layers);

      expect(entries === undefined).toBe(root === undefined);
      if (root === undefined || entries === undefined) return;
      made += 1;
      expect(comparable(entries)).toEqual(comparable((await walkTree(root)).entries));
    }),
    { numRuns: 150 },
  );
  expect(made).toBeGreaterThan(30);
});
