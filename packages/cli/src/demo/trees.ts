import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import {
  appendFile,
  chmod,
  cp,
  link,
  lutimes,
  mkdir,
  open,
  readdir,
  realpath,
  rename,
  rm,
  symlink,
  truncate,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { AmiPublisherError } from '@ami-publisher/base';
import { writeXattr } from './xattrs.js';

const run = promisify(execFile);
const release1At = new Date('2026-11-01T08:00:00.125Z');
const release2At = new Date('2026-11-15T08:00:00.250Z');

/**
 * Makes a tree of real files: the installed npm and pnpm, thousands of files, and one each of what file systems have beyond plain ones.
 * Returns what could not be made on this machine, as sentences.
 */
export const buildRelease1 = async (root: string): Promise<string[]> => {
  await mkdir(join(root, 'usr/lib/node_modules'), { recursive: true });
  for (const [name, folder] of Object.entries(await installedPackages())) {
    const to = join(root, 'usr/lib/node_modules', name);
    await cp(folder, to, { recursive: true, preserveTimestamps: true, verbatimSymlinks: true });
  }
  return addSpecialFiles(root);
};

/** The folders of npm, which comes with Node, and of pnpm, if that runs us. */
const installedPackages = async (): Promise<Record<string, string>> => {
  const beside = join(dirname(await realpath(process.execPath)), '..', 'lib', 'node_modules', 'npm');
  const runner = process.env.npm_execpath;
  const found = [beside, ...(runner === undefined ? [] : [packageRoot(await realpath(runner))])].filter(
    (folder) => folder !== undefined && existsSync(join(folder, 'package.json')),
  );
  const packages = Object.fromEntries(
    found.map((folder, index) => [index === 0 ? 'npm' : 'pnpm', folder as string]),
  );
  if (Object.keys(packages).length > 0) return packages;
  throw new AmiPublisherError('INVALID_OPTION', {
    message: `the demo publishes the installed npm, which is not in ${beside}`,
    resource: beside,
    remedy: 'run it as `npx -y pnpm@10 demo`',
  });
};

const packageRoot = (file: string): string | undefined => {
  for (let folder = dirname(file); folder !== dirname(folder); folder = dirname(folder)) {
    if (existsSync(join(folder, 'package.json'))) return folder;
  }
  return undefined;
};

const addSpecialFiles = async (root: string): Promise<string[]> => {
  const missing: string[] = [];
  const at = (path: string) => join(root, path);
  for (const folder of ['etc', 'usr/bin', 'var/lib/demo', 'run', 'srv/current'])
    await mkdir(at(folder), { recursive: true });
  await writeFile(at('etc/os-release'), 'NAME="ami-publisher demo"\nVERSION_ID="1"\n');
  await writeFile(at('usr/bin/su-like'), '#!/bin/sh\nexit 0\n');
  await chmod(at('usr/bin/su-like'), 0o4755);
  await link(at('usr/bin/su-like'), at('usr/bin/su-like-link'));
  await symlink('../lib/node_modules/npm/bin/npm-cli.js', at('usr/bin/npm'));
  await writeSparseFile(at('var/lib/demo/sparse.img'));
  await writeFile(at('var/lib/demo/empty'), '');
  await writeFile(
    Buffer.concat([Buffer.from(at('var/lib/demo/')), Buffer.from([0x6e, 0xe9, 0xff, 0x6d])]),
    'not UTF-8\n',
  );
  await attempt(missing, 'a fifo', () => run('mkfifo', ['-m', '640', at('run/control')]));
  if (!writeXattr(at('etc/os-release'), 'user.origin', 'demo'))
    missing.push('left out extended attributes: not taken here');
  await stamp([at('etc/os-release'), at('usr/bin/su-like'), at('var/lib/demo/sparse.img')], release1At);
  await lutimes(at('usr/bin/npm'), release1At, release1At);
  return missing;
};

/** 8 MiB, of which 8 KiB are data. */
const writeSparseFile = async (path: string): Promise<void> => {
  const file = await open(path, 'w');
  try {
    await file.write(Buffer.alloc(4096, 'a'), 0, 4096, 1024 * 1024);
    await file.write(Buffer.alloc(4096, 'b'), 0, 4096, 4 * 1024 * 1024);
    await file.truncate(8 * 1024 * 1024);
  } finally {
    await file.close();
  }
};

const attempt = async (missing: string[], what: string, make: () => Promise<unknown>): Promise<void> => {
  try {
    await make();
  } catch (reason) {
    missing.push(`left out ${what}: ${(reason as Error).message.split('\n')[0]}`);
  }
};

const stamp = async (paths: readonly string[], at: Date): Promise<void> => {
  for (const path of paths) await utimes(path, at, at);
};

/** Makes the same tree and then changes it as a release would: some files new, changed, moved, gone, and of another kind. */
export const buildRelease2 = async (root: string): Promise<void> => {
  await buildRelease1(root);
  const at = (path: string) => join(root, path);
  const npm = at('usr/lib/node_modules/npm');
  await writeFile(at('etc/os-release'), 'NAME="ami-publisher demo"\nVERSION_ID="2"\n');
  await appendFile(join(npm, 'package.json'), '\n');
  await rm(join(npm, 'docs'), { recursive: true, force: true });
  await rename(join(npm, 'LICENSE'), join(npm, 'LICENSE.txt'));
  await mkdir(join(npm, 'patches'));
  for (let n = 0; n < 25; n++)
    await writeFile(join(npm, 'patches', `${n}.patch`), `patch ${n}\n`.repeat(n + 1));
  await changeSome(join(npm, 'lib', 'commands'));
  await chmod(at('usr/bin/su-like'), 0o2755);
  await rm(at('srv/current'), { recursive: true });
  await symlink('../var/lib/demo', at('srv/current'));
  await truncate(at('var/lib/demo/sparse.img'), 6 * 1024 * 1024);
  await stamp([at('etc/os-release'), at('usr/bin/su-like'), at('var/lib/demo/sparse.img')], release2At);
};

const changeSome = async (folder: string): Promise<void> => {
  const files = (await readdir(folder)).filter((file) => file.endsWith('.js')).sort();
  for (const file of files.filter((_file, index) => index % 5 === 0))
    await appendFile(join(folder, file), '// release 2\n');
};
