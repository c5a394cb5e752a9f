import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { globSync } from 'tinyglobby';

export const root = resolve(import.meta.dirname, '../../..');

/** What a test needs of a package.json. */
export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly private?: boolean;
  readonly bin?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly exports?: Readonly<Record<string, unknown>>;
}

/** The packages that are published: all that are not private. */
export const publicPackages: readonly Manifest[] = globSync('packages/*/package.json', { cwd: root })
  .sort()
  .map((file) => JSON.parse(readFileSync(join(root, file), 'utf8')) as Manifest)
  .filter((manifest) => manifest.private !== true);

/** Those of them that can be imported. */
export const libraries = publicPackages.filter(({ exports = {} }) => '.' in exports);

/** The programs that they bring, by name. */
export const programs = publicPackages.flatMap(({ bin = {} }) => Object.keys(bin));
