import { createHash } from 'node:crypto';
import { createReadStream, lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { readXattrs } from './xattrs.js';

/**
 * Compares two trees, as `describeTree` has read them, in everything that a release consists of. Written apart from what unpacks images,
 * and shares no code with it, so that a fault there cannot hide itself here.
 *
 * @returns the differences as sentences, at most `limit` of them.
 */
export const compareTrees = (wanted: TreeDescription, found: TreeDescription, limit = 5): string[] => {
  const differences: string[] = [];
  for (const [path, description] of wanted) {
    const other = found.get(path);
    if (other === undefined) differences.push(`${path}: missing`);
    else if (other !== description) differences.push(`${path}: expected ${description}, found ${other}`);
  }
  for (const path of found.keys()) if (!wanted.has(path)) differences.push(`${path}: should not be there`);
  return differences.slice(0, limit);
};

/** Every path, one character a byte, with one line that says all about it. */
export type TreeDescription = ReadonlyMap<string, string>;

/** Reads a whole tree. */
export const describeTree = async (root: string): Promise<TreeDescription> => {
  const descriptions = new Map<string, string>();
  const firstNames = new Map<bigint, string>();
  const folders = [''];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    // What is read here is read at once; timers and signals have their turn between folders.
    await setImmediate();
    const names = readdirSync(bytesOf(root, folder), { encoding: 'buffer' });
    const paths = names.map((name) => `${folder}/${name.toString('latin1')}`).sort();
    for (const path of folder === '' ? ['', ...paths] : paths) {
      const description = await describe(root, path, firstNames);
      if (description.startsWith('directory') && path !== '') folders.push(path);
      descriptions.set(path || '/', description);
    }
  }
  return descriptions;
};

const bytesOf = (root: string, path: string): Buffer =>
  Buffer.concat([Buffer.from(root), Buffer.from(path || '/', 'latin1')]);

const describe = async (root: string, path: string, firstNames: Map<bigint, string>): Promise<string> => {
  const file = bytesOf(root, path);
  const stats = lstatSync(file, { bigint: true });
  const common = [
    `mode ${(stats.mode & 0o7777n).toString(8)}`,
    `owner ${stats.uid}:${stats.gid}`,
    `modified ${stats.mtimeNs}`,
    `attributes ${readXattrs(file)}`,
  ];
  if (stats.isDirectory()) return ['directory', ...common].join(', ');
  if (stats.isSymbolicLink()) {
    const target = readlinkSync(file, { encoding: 'buffer' }).toString('latin1');
    return [`link to ${target}`, ...common].join(', ');
  }
  if (!stats.isFile())
    return [`special ${stats.mode & 0o170000n}, device ${stats.rdev}`, ...common].join(', ');
  const first = firstNames.get(stats.ino);
  if (stats.nlink > 1n && first === undefined) firstNames.set(stats.ino, path);
  const sharing = first === undefined ? `${stats.nlink} links` : `the same file as ${first}`;
  const holes = stats.blocks * 512n < stats.size && stats.size > 4096n ? 'with holes' : 'without holes';
  return [
    `file of ${stats.size} bytes`,
    sharing,
    holes,
    `content ${await digest(file, stats.size)}`,
    ...common,
  ].join(', ');
};

const readWholeBelow = 16 * 1024 * 1024;

const digest = async (file: Buffer, size: bigint): Promise<string> => {
  const hash = createHash('sha256');
  if (size < readWholeBelow) return hash.update(readFileSync(file)).digest('hex');
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  return hash.digest('hex');
};
