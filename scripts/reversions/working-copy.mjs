import { spawnSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/**
 * A copy of the working tree, uncommitted changes included, in which fixes can be taken back without anybody seeing it. Packages that are
 * installed are linked; packages of the workspace are the copy's own. What was built (dist) comes along, for tests that start processes.
 *
 * @param root folder of the repository
 */
export const makeWorkingCopy = (root) => {
  const copy = mkdtempSync(join(tmpdir(), 'ami-publisher-reversions-'));
  for (const file of filesOf(root)) copyInto(root, copy, file);
  const packages = readdirSync(join(root, 'packages')).map((name) => join('packages', name));
  for (const folder of ['.', ...packages]) copyPackageLinks(root, copy, join(folder, 'node_modules'));
  for (const folder of packages) copyInto(root, copy, join(folder, 'dist'));
  return { root: copy, remove: () => rmSync(copy, { recursive: true, force: true }) };
};

/** Everything that git keeps, and what is new and not ignored. */
const filesOf = (root) => {
  const { stdout } = spawnSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  });
  return stdout.split('\0').filter((file) => file !== '');
};

/** A file that is deleted and not yet committed is listed all the same. */
const copyInto = (root, copy, path) => {
  try {
    mkdirSync(join(copy, dirname(path)), { recursive: true });
    cpSync(join(root, path), join(copy, path), { recursive: true, verbatimSymlinks: true });
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
  }
};

/** Links of pnpm are relative: to packages of the workspace, which so are those of the copy, and into `.pnpm`, which is linked as a whole. */
const copyPackageLinks = (root, copy, folder) => {
  cpSync(join(root, folder), join(copy, folder), {
    recursive: true,
    verbatimSymlinks: true,
    filter: (path) =>
      !path.startsWith(join(root, 'node_modules/.pnpm')) && !/node_modules\/\.(vite|cache)/.test(path),
  });
  if (folder === 'node_modules')
    symlinkSync(join(root, 'node_modules/.pnpm'), join(copy, 'node_modules/.pnpm'));
};

/**
 * Makes edits in files below `root`.
 *
 * @returns what puts every file back as it was
 * @throws Error where a text to replace is not there exactly once
 */
export const applyEdits = (root, edits) => {
  const before = new Map();
  for (const { file, fix, weak } of edits) {
    const path = join(root, file);
    const text = readFileSync(path, 'utf8');
    if (text.split(fix).length !== 2) throw new Error(`${file} does not hold exactly once: ${fix}`);
    if (!before.has(path)) before.set(path, text);
    writeFileSync(path, text.split(fix).join(weak));
  }
  return () => {
    for (const [path, text] of before) writeFileSync(path, text);
  };
};
