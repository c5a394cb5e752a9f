import { chmodSync, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execute } from './execute.js';

/** The Debian release that images are made of. */
export const suite = 'bookworm';

/** Keeps what was downloaded for the next run, if there is a folder for caches. */
export const cached = async (name: string, place: string, make: () => Promise<void>): Promise<void> => {
  const cache = process.env.XDG_CACHE_HOME;
  if (cache === undefined) return make();
  const archive = join(cache, 'ami-publisher', `${name}.tar`);
  if (existsSync(archive)) {
    mkdirSync(place, { recursive: true });
    await execute('tar', '--xattrs', '--xattrs-include=*', '--numeric-owner', '-xpf', archive, '-C', place);
    return;
  }
  await make();
  mkdirSync(join(archive, '..'), { recursive: true });
  await execute(
    'tar',
    '--xattrs',
    '--xattrs-include=*',
    '--numeric-owner',
    '-cf',
    `${archive}.new`,
    '-C',
    place,
    '.',
  );
  renameSync(`${archive}.new`, archive);
};

/** Makes the tree of a small Debian with a kernel and its initial RAM disk. */
export const makeDebian = (tree: string): Promise<void> =>
  cached(`debian-${suite}-amd64`, tree, async () => {
    await execute(
      'debootstrap',
      ...['--variant=minbase', '--include=linux-image-cloud-amd64,systemd-sysv', suite, tree],
    );
    // Lists and packages that were downloaded are no part of an image.
    rmSync(join(tree, 'var/cache/apt'), { recursive: true });
    rmSync(join(tree, 'var/lib/apt/lists'), { recursive: true });
  });

/** What the package of the test says on the serial console of a machine that it is installed on. */
export const marker = (version: string): string => `release-marker ${version} is up`;

const unit = `[Unit]
Description=Says which version is installed
After=local-fs.target
[Service]
Type=oneshot
ExecStart=/bin/sh -c 'echo "release-marker $(cat /usr/share/release-marker/version) is up" > /dev/ttyS0'
[Install]
WantedBy=multi-user.target
`;

/** Installs a version of a small package into a tree: a unit that prints its version, and the files that it consists of. */
export const installMarker = async (tree: string, version: string, workDirectory: string): Promise<void> => {
  const source = join(workDirectory, `release-marker-${version}`);
  const files = {
    'DEBIAN/control': `Package: release-marker\nVersion: ${version}\nArchitecture: all\nMaintainer: Nobody <nobody@example.org>\nDescription: tells its version\n`,
    'usr/lib/systemd/system/release-marker.service': unit,
    'usr/share/release-marker/version': `${version}\n`,
  };
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(join(source, path, '..'), { recursive: true });
    writeFileSync(join(source, path), content);
  }
  chmodSync(source, 0o755);
  const wants = join(source, 'usr/lib/systemd/system/multi-user.target.wants');
  mkdirSync(wants);
  await execute('ln', '-s', '../release-marker.service', join(wants, 'release-marker.service'));
  await execute('dpkg-deb', '--root-owner-group', '--build', source, `${source}.deb`);
  await execute('dpkg', `--root=${tree}`, '--install', `${source}.deb`);
};
