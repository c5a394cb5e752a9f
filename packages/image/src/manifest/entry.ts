import { toText } from '../byte-string.js';
import type { FileEntry, ManifestEntry } from '../manifest.js';
import { encodeEntry, recordOf } from './encode.js';
import * as rules from './field-rules.js';

interface Field {
  readonly key: string;
  readonly check: rules.Check;
  readonly optional?: true;
}

const path: Field = { key: 'path', check: rules.path };
const inode: readonly Field[] = [
  path,
  { key: 'mode', check: rules.mode },
  { key: 'uid', check: rules.id },
  { key: 'gid', check: rules.id },
  { key: 'mtimeNs', check: rules.mtimeNs },
  { key: 'xattrs', check: rules.xattrs, optional: true },
];
const device: readonly Field[] = [
  ...inode,
  { key: 'major', check: rules.major },
  { key: 'minor', check: rules.minor },
];

const fields: Readonly<Record<ManifestEntry['type'], readonly Field[]>> = {
  directory: inode,
  file: [
    ...inode,
    { key: 'size', check: rules.size },
    { key: 'sha512', check: rules.sha512, optional: true },
    { key: 'extents', check: rules.extents, optional: true },
  ],
  symlink: [...inode, { key: 'target', check: rules.linkText }],
  fifo: inode,
  'character-device': device,
  'block-device': device,
  hardlink: [path, { key: 'target', check: rules.path }],
};

const keysOf = new Map(
  Object.entries(fields).map(([type, known]) => [type, new Set(['type', ...known.map(({ key }) => key)])]),
);

/** Bytes of a path that a message shows. */
const maxShown = 300;

/** A rule of the format that a line breaks. */
export class BrokenRule extends Error {}

const refuse = (rule: string): never => {
  throw new BrokenRule(rule);
};

const record = (line: string): Record<string, unknown> => {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (cause) {
    throw new BrokenRule('is not JSON', { cause });
  }
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : refuse('is not a JSON object');
};

/** Which path a line is about, as far as that can be said, for people. */
const of = (path: unknown): string =>
  typeof path === 'string' && path !== '' ? ` (path ${toText(path.slice(0, maxShown))})` : '';

const checkFields = (values: Record<string, unknown>, type: ManifestEntry['type']): void => {
  for (const key of Object.keys(values))
    if (values[key] !== undefined && keysOf.get(type)?.has(key) !== true)
      refuse(`has the unknown key ${JSON.stringify(key)}`);
  for (const { key, check, optional } of fields[type]) {
    const value = Object.hasOwn(values, key) ? values[key] : undefined;
    if (value === undefined) {
      if (optional !== true) refuse(`lacks \`${key}\``);
      continue;
    }
    const problem = check(value);
    if (problem !== undefined) refuse(`\`${key}\` ${problem}${of(values.path)}`);
  }
};

const checkFile = (file: FileEntry): void => {
  if (file.size === 0 && file.sha512 !== undefined) refuse('`sha512` must be left out when `size` is 0');
  if (file.size > 0 && file.sha512 === undefined) refuse('lacks `sha512`');
  if (file.extents === undefined) return;
  const data = file.extents.reduce((sum, [, length]) => sum + length, 0);
  const end = file.extents.reduce((last, [offset, length]) => Math.max(last, offset + length), 0);
  if (end > file.size) refuse('`extents` must lie within `size`');
  if (data === file.size) refuse('`extents` must be left out when there are no holes');
};

/**
 * Checks an entry by the rules for its line.
 *
 * @throws BrokenRule naming the rule that it breaks.
 */
export const checkEntry = (entry: ManifestEntry): void => {
  checkFields(recordOf(entry), entry.type);
  if (entry.type === 'file') checkFile(entry);
};

/**
 * Reads one line of a manifest.
 *
 * @throws BrokenRule naming the rule that the line breaks.
 */
export const parseEntry = (line: string): ManifestEntry => {
  const values = record(line);
  const type = values.type;
  if (typeof type !== 'string' || !Object.hasOwn(fields, type)) {
    refuse(`has the unknown type ${JSON.stringify(type)}`);
  }
  checkFields(values, type as ManifestEntry['type']);
  const entry = (type === 'hardlink'
    ? values
    : {
        ...values,
        mode: Number.parseInt(values.mode as string, 8),
        mtimeNs: BigInt(values.mtimeNs as string),
      }) as unknown as ManifestEntry;
  if (entry.type === 'file') checkFile(entry);
  if (encodeEntry(entry) !== line)
    refuse('is not in canonical form (order of keys, spaces, escapes, repeated keys)');
  return entry;
};
