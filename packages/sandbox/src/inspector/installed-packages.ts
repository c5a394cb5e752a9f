import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A package that is installed in a file tree. */
export interface InstalledPackage {
  readonly name: string;
  readonly version: string;
}

const field = (paragraph: string, name: string): string | undefined =>
  new RegExp(`^${name}: *(.*)$`, 'm').exec(paragraph)?.[1];

/** What dpkg has written down as installed in a tree; undefined for a tree without dpkg. */
export const installedPackages = async (tree: string): Promise<readonly InstalledPackage[] | undefined> => {
  let status: string;
  try {
    status = await readFile(join(tree, 'var/lib/dpkg/status'), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  return status.split(/\n{2,}/).flatMap((paragraph) => {
    const [name, version] = [field(paragraph, 'Package'), field(paragraph, 'Version')];
    const isInstalled = field(paragraph, 'Status')?.endsWith(' installed') === true;
    return isInstalled && name !== undefined && version !== undefined ? [{ name, version }] : [];
  });
};
