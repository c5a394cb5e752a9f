import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { sections } from './guide.js';
import { publicPackages, root } from './public-packages.js';
import { serveRegistry } from './registry.js';
import { type Ended, run, Shell } from './shell.js';

/** A folder that packages were installed into by npm, and what npm said on stderr. */
export interface Installation {
  readonly directory: string;
  readonly npm: string;
}

declare module 'vitest' {
  interface ProvidedContext {
    /** What docs/getting-started.md installs: every program, and with them every package. */
    commandLine: Installation;
    /** `npm install @ami-publisher/core`: the SDK, without any optional peer. */
    sdk: Installation;
    /** The tarballs, with that of the GitHub action. */
    tarballs: string;
  }
}

/** Packs every public package and the GitHub action, and installs them as a newcomer would, once for all files of the layer. */
export default async ({ provide }: TestProject): Promise<() => void> => {
  if (!existsSync(join(root, 'packages/core/dist/index.d.ts'))) throw new Error('build first: pnpm build');
  const directory = mkdtempSync(join(tmpdir(), 'ami-publisher-packed-'));
  const tarballs = join(directory, 'tarballs');
  await pack(tarballs);
  const registry = await serveRegistry(tarballs);
  try {
    provide('tarballs', tarballs);
    const environment = { npm_config_userconfig: join(directory, 'npmrc') };
    writeFileSync(environment.npm_config_userconfig, await settings(registry.url));
    const sdk = join(directory, 'sdk');
    mkdirSync(sdk);
    const [install = []] = sections('docs/getting-started.md').map(({ commands }) => commands);
    provide('sdk', await byNpm(sdk, environment, ['npm init --yes', 'npm install @ami-publisher/core']));
    provide('commandLine', await byNpm(directory, environment, install));
  } finally {
    await registry.close();
  }
  return () => rm(directory, { recursive: true, force: true });
};

const pack = async (destination: string): Promise<void> => {
  mkdirSync(destination);
  // The action is not on npm: workflows take it from its repository, with the same files.
  const packed = [...publicPackages.map(({ name }) => name), '@ami-publisher/github-action'];
  const filters = packed.flatMap((name) => ['--filter', name]);
  const parameters = ['-y', 'pnpm@10', '--recursive', ...filters, 'pack', '--pack-destination', destination];
  const { code, stdout, stderr } = await run(root, 'npx', parameters);
  if (code !== 0) throw new Error(`pnpm pack ended with ${code}: ${stdout}${stderr}`);
};

/** This machine's own settings of npm, so that other packages than ours come from where it has them, and our registry. */
const settings = async (registry: string): Promise<string> => {
  const { stdout } = await run(root, 'npm', ['config', 'get', 'userconfig']);
  const file = stdout.trim();
  const own = existsSync(file) ? readFileSync(file, 'utf8') : '';
  return `${own}\n@ami-publisher:registry=${registry}\nprefer-offline=true\n`;
};

/** Runs the commands that install something. @returns the folder that they end in, and all that they print */
const byNpm = async (
  directory: string,
  environment: Readonly<Record<string, string>>,
  commands: readonly string[],
): Promise<Installation> => {
  const shell = new Shell(directory, environment);
  try {
    const ended: Ended[] = [];
    for (const command of commands) ended.push(await shell.execute(command));
    const { stdout } = await shell.execute('pwd');
    const npm = ended.map((each) => each.stderr).join('');
    return { directory: stdout.trim(), npm };
  } finally {
    await shell.close();
  }
};
