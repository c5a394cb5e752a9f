import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { cached, suite } from './debian.js';
import { execute, executeIn } from './execute.js';

const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg';

/** What of another architecture the tests need, without telling the host's dpkg of that architecture. */
export interface Arm64 {
  /** A tree with a kernel of Debian, and something in place of its initial RAM disk. */
  readonly tree: string;
  /** GRUB's modules for the host's architecture and for arm64. */
  readonly grubDirectory: string;
}

/** Downloads a kernel and GRUB for arm64. */
export const prepareArm64 = async (directory: string): Promise<Arm64> => {
  const packages = join(directory, 'packages');
  await cached(`debian-${suite}-arm64`, packages, () => download(packages));
  const tree = join(directory, 'tree');
  mkdirSync(tree);
  await execute('cp', '-a', join(packages, 'kernel/boot'), tree);
  const kernel = readdirSync(join(tree, 'boot')).find((name) => name.startsWith('vmlinuz-')) ?? '';
  writeFileSync(join(tree, 'boot', kernel.replace('vmlinuz', 'initrd.img')), gzipSync(Buffer.alloc(512)));
  const grubDirectory = join(directory, 'grub');
  mkdirSync(grubDirectory);
  symlinkSync(join(packages, 'grub/usr/lib/grub/arm64-efi'), join(grubDirectory, 'arm64-efi'));
  for (const platform of ['i386-pc', 'x86_64-efi']) {
    symlinkSync(join('/usr/lib/grub', platform), join(grubDirectory, platform));
  }
  return { tree, grubDirectory };
};

const download = async (packages: string): Promise<void> => {
  const state = join(packages, 'apt');
  mkdirSync(join(state, 'lists/partial'), { recursive: true });
  writeFileSync(join(state, 'status'), '');
  const source = `deb [arch=arm64 signed-by=${keyring}] http://deb.debian.org/debian ${suite} main\n`;
  writeFileSync(join(state, 'sources.list'), source);
  const options = Object.entries({
    'APT::Architecture': 'arm64',
    'APT::Architectures': 'arm64',
    'APT::Sandbox::User': 'root',
    'Dir::State': state,
    'Dir::State::status': join(state, 'status'),
    'Dir::Cache': state,
    'Dir::Etc::sourcelist': join(state, 'sources.list'),
    'Dir::Etc::sourceparts': '/dev/null',
  }).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
  await execute('apt-get', ...options, '-qq', 'update');
  const depends = await execute('apt-cache', ...options, 'depends', 'linux-image-cloud-arm64');
  const kernel = /Depends: (linux-image-\S+)/.exec(depends)?.[1] ?? 'linux-image-cloud-arm64';
  for (const [folder, name] of [
    ['kernel', kernel],
    ['grub', 'grub-efi-arm64-bin'],
  ] as const) {
    const uris = await execute('apt-get', ...options, '-qq', '--print-uris', 'download', name);
    const file = /^'[^']+' (\S+)/.exec(uris)?.[1];
    if (file === undefined) throw new Error(`apt knows no package ${name}: ${uris}`);
    await executeIn(state, 'apt-get', ...options, '-qq', 'download', name);
    await execute('dpkg-deb', '-x', join(state, file), join(packages, folder));
  }
  await execute('rm', '-rf', state);
};
