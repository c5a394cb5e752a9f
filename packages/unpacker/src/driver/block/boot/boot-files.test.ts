import { createHash } from 'node:crypto';
import type { ManifestEntry, ObjectPiece } from '@ami-publisher/image';
import { describe, expect, test } from 'vitest';
import { bootFiles } from './boot-files.js';
import { type ResolvedBootSettings, resolveBootSettings } from './resolve-boot-settings.js';

const rootUuid = '11111111-2222-8333-8444-555555555555';
const attributes = { mode: 0o644, uid: 0, gid: 0, mtimeNs: 0n };
const kernelOf = (magic: string, at: number): Buffer => {
  const kernel = Buffer.alloc(4_096);
  kernel.write(magic, at, 'latin1');
  return kernel;
};
const x86Kernel = kernelOf('HdrS\x0f\x02', 0x202);
x86Kernel[0x236] = 1;
const arm64Kernel = kernelOf('ARM\x64', 56);

type Content = Buffer | 'directory' | { readonly linkTo: string } | { readonly sameAs: string };

/** An image of a tree that is given path by path. */
const imageOf = (tree: Readonly<Record<string, Content>>) => {
  const objects = new Map<string, Buffer>();
  const entryOf = ([path, content]: [string, Content]): ManifestEntry => {
    if (content === 'directory') return { ...attributes, type: 'directory', path };
    if ('linkTo' in content) return { ...attributes, type: 'symlink', path, target: content.linkTo };
    if ('sameAs' in content) return { type: 'hardlink', path, target: content.sameAs };
    const sha512 = createHash('sha512').update(content).digest('hex');
    objects.set(sha512, content);
    return { ...attributes, type: 'file', path, size: content.length, ...(content.length > 0 && { sha512 }) };
  };
  const entries = Object.entries({ '': 'directory' as const, ...tree }).map(entryOf);
  entries.sort((one, other) => (one.path < other.path ? -1 : 1));
  return {
    manifest: { entries },
    source: {
      async *getObjects(digests: readonly string[]): AsyncGenerator<ObjectPiece> {
        for (const sha512 of digests) {
          const data = objects.get(sha512) ?? Buffer.alloc(0);
          yield { sha512, size: data.length, data };
        }
      },
    },
  };
};

const filesOf = async (
  tree: Readonly<Record<string, Content>>,
  settings: ResolvedBootSettings = resolveBootSettings(),
) => {
  const { signal } = new AbortController();
  const image = { stream: 'base/debian-12', leaf: '2026-11-22' };
  const { files, architecture } = await bootFiles({ ...imageOf(tree), rootUuid, image, settings, signal });
  return {
    architecture,
    files: new Map(files.map(({ path, content }) => [path, content.toString('latin1')])),
  };
};

const bootable = {
  boot: 'directory',
  'boot/vmlinuz-6.1.0-9-cloud-amd64': Buffer.from('an old kernel, which nobody reads'),
  'boot/vmlinuz-6.1.0-50-cloud-amd64': x86Kernel,
  'boot/initrd.img-6.1.0-50-cloud-amd64': Buffer.from('initrd'),
} as const satisfies Record<string, Content>;

describe('the boot files of an image', () => {
  test('[U30] boot its newest kernel from the volume, with the serial console', async () => {
    const { files, architecture } = await filesOf(bootable);
    expect(architecture).toBe('x86_64');
    expect(files.get('boot/grub/grub.cfg')).toBe(
      `# Written by the unpacker of ami-publisher; the next release replaces it.
if [ "$grub_platform" = pc ]; then
  if serial --unit=0 --speed=115200; then
    terminal_input console serial
    terminal_output console serial
  fi
fi
set default=0
set timeout=0
search --no-floppy --fs-uuid --set=root --hint="$root" ${rootUuid}
menuentry 'base/debian-12/2026-11-22' {
  linux '/boot/vmlinuz-6.1.0-50-cloud-amd64' 'root=UUID=${rootUuid}' 'ro' 'console=tty0' 'console=ttyS0,115200n8' 'net.ifnames=0'
  initrd '/boot/initrd.img-6.1.0-50-cloud-amd64'
}
`,
    );
    expect(files.get('etc/fstab')).toBe(`UUID=${rootUuid} / ext4 defaults 0 1\n`);
    expect(files.get('var/lib/initial-image')).toBe('base/debian-12/2026-11-22\n');
    expect(files.size).toBe(3);
  });

  test('[U31] follow the settings', async () => {
    const forAll = { kernelCommandLine: 'quiet', serialConsole: 'off', timeoutSeconds: 5 };
    const settings = resolveBootSettings(forAll, { kernelCommandLine: 'quiet  a=<b> (c)' });
    const { files } = await filesOf(bootable, settings);
    const config = files.get('boot/grub/grub.cfg');
    expect(config).not.toMatch(/serial|ttyS/);
    expect(config).toContain('set timeout=5\n');
    expect(config).toContain(`'root=UUID=${rootUuid}' 'ro' 'console=tty0' 'quiet' 'a=<b>' '(c)'\n`);
  });

  test('have a port that GRUB does not know for the kernel alone', async () => {
    const { files } = await filesOf(bootable, resolveBootSettings({ serialConsole: 'ttyAMA0' }));
    expect(files.get('boot/grub/grub.cfg')).not.toContain('serial');
    expect(files.get('boot/grub/grub.cfg')).toContain("'console=tty0' 'console=ttyAMA0' 'net.ifnames=0'\n");
  });

  test('keep what else the image has in its fstab', async () => {
    const fstab = Buffer.from('LABEL=x / ext4 noatime 0 1\nproc /proc proc defaults 0 0\n');
    const { files } = await filesOf({ ...bootable, etc: 'directory', 'etc/fstab': fstab });
    expect(files.get('etc/fstab')).toBe(
      `UUID=${rootUuid} / ext4 noatime 0 1\nproc /proc proc defaults 0 0\n`,
    );
  });

  test('[U29] are made for arm64, for the naming of Fedora, and for a kernel with two names', async () => {
    const { files, architecture } = await filesOf({
      boot: 'directory',
      'boot/initramfs-6.12.0.img': Buffer.from('initrd'),
      'boot/a-kernel': arm64Kernel,
      'boot/vmlinuz-6.12.0': { sameAs: 'boot/a-kernel' },
    });
    expect(architecture).toBe('arm64');
    expect(files.get('boot/grub/grub.cfg')).toMatch(
      /linux '\/boot\/vmlinuz-6.12.0' .*\n {2}initrd '\/boot\/initramfs-6.12.0.img'/,
    );
  });

  test.each([
    ['no /boot', {}],
    ['an empty /boot', { boot: 'directory' }],
    [
      'kernels in a folder below only',
      { boot: 'directory', 'boot/old': 'directory', 'boot/old/vmlinuz-6': x86Kernel },
    ],
  ] as const)('[U34] are none for an image with %s', async (_, tree) => {
    expect(await filesOf(tree)).toEqual({ architecture: undefined, files: new Map() });
  });

  const kernel = 'boot/vmlinuz-6.1.0-50-cloud-amd64';
  const initrd = 'boot/initrd.img-6.1.0-50-cloud-amd64';
  test.each([
    ['/boot is a link', { boot: { linkTo: 'usr/boot' } }, 'boot'],
    ['the kernel is a link', { ...bootable, [kernel]: { linkTo: 'vmlinuz' } }, kernel],
    ['the kernel is a folder', { ...bootable, [kernel]: 'directory' }, kernel],
    ['the kernel is empty', { ...bootable, [kernel]: Buffer.alloc(0) }, kernel],
    ['the kernel is none', { ...bootable, [kernel]: Buffer.from('#!/bin/sh') }, kernel],
    ['the initrd is empty', { ...bootable, [initrd]: Buffer.alloc(0) }, initrd],
    [
      'only an older kernel has an initrd',
      { ...bootable, 'boot/vmlinuz-6.1.0-51': x86Kernel },
      'boot/vmlinuz-6.1.0-51',
    ],
    [
      'a name would be read as script',
      { ...bootable, "boot/vmlinuz-9' x": x86Kernel, "boot/initrd.img-9' x": x86Kernel },
      "boot/vmlinuz-9' x",
    ],
  ] as const)('are refused, naming the file, if %s', async (_, tree, resource) => {
    await expect(filesOf(tree)).rejects.toMatchObject({ code: 'IMAGE_NOT_BOOTABLE', resource });
  });
});

describe('boot settings', () => {
  test.each([
    ['kernelCommandLine', { kernelCommandLine: "a='b'" }],
    ['kernelCommandLine', { kernelCommandLine: 'a\nb' }],
    ['kernelCommandLine', { kernelCommandLine: 'quiet root=/dev/sda1' }],
    ['serialConsole', { serialConsole: 'ttyS0; reboot' }],
    ['timeoutSeconds', { timeoutSeconds: -1 }],
  ])('refuse a bad %s: %j', (name, settings) => {
    expect(() => resolveBootSettings(settings)).toThrowError(
      expect.objectContaining({ code: 'INVALID_OPTION', message: expect.stringContaining(name) }),
    );
  });
});
