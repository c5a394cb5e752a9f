import { createHash } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** One inode as a line of text; shares no code with the package. */
const describeInode = (place: Buffer, withOwner: boolean): string => {
  const stat = lstatSync(place, { bigint: true });
  const owner = withOwner ? `${stat.uid}:${stat.gid}` : '';
  const common = `${(stat.mode & 0o7777n).toString(8)} ${owner} ${stat.mtimeNs}`;
  if (stat.isFile())
    return `file ${common} ${stat.size} ${createHash('sha512').update(readFileSync(place)).digest('hex')}`;
  if (stat.isSymbolicLink()) return `link ${common} ${readlinkSync(place, { encoding: 'latin1' })}`;
  if (stat.isDirectory()) return `directory ${common}`;
  if (stat.isFIFO()) return `fifo ${common}`;
  return `device ${common} ${stat.rdev}`;
};

/**
 * A tree as lines of text, one a name: attributes, content, and which names share an inode (by the first name in byte order).
 */
export const independentWalk = (root: string, options: { readonly withOwner?: boolean } = {}): string[] => {
  const names: Buffer[] = [Buffer.from(root)];
  for (let i = 0; i < names.length; i += 1) {
    const name = names[i]!;
    if (!lstatSync(name, { bigint: true }).isDirectory()) continue;
    for (const child of readdirSync(name, { encoding: 'buffer' }))
      names.push(Buffer.concat([name, Buffer.from('/'), child]));
  }
  names.sort(Buffer.compare);
  const firstName = new Map<string, string>();
  return names.map((name) => {
    const { dev, ino } = lstatSync(name, { bigint: true });
    const path = name.toString('latin1').slice(root.length);
    const first = firstName.get(`${dev}:${ino}`) ?? path;
    firstName.set(`${dev}:${ino}`, first);
    return `${path} = ${first}: ${describeInode(name, options.withOwner ?? true)}`;
  });
};
