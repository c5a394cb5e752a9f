import type { CommandDefinition, OptionDefinition } from '../definition.js';
import { certificateOptions, imageServerOptions, outputOptions, progressOptions } from '../shared-options.js';

const imageName = [{ name: '<image>', summary: 'STREAM/LEAF' }];
const imageServer = [...imageServerOptions, ...certificateOptions, ...outputOptions];
const dryRun: OptionDefinition = { flags: '--dry-run', summary: 'say what would go and do nothing' };

/** How images come, and how they are looked up. */
const lookUps: readonly CommandDefinition[] = [
  {
    name: 'add',
    summary: 'add a folder, a tar archive or a container image as an image; images are immutable',
    arguments: [
      ...imageName,
      {
        name: '<path>',
        summary:
          'a folder, a .tar or .tar.gz file, - for a tar stream, or with --oci the folder of an OCI image layout, DIR[:TAG]',
      },
    ],
    options: [
      { flags: '--oci', summary: 'the path is an OCI image layout' },
      { flags: '--platform <platform>', summary: 'which of its images, such as linux/arm64' },
      { flags: '--expires-in <duration>', summary: 'delete the image after this time, such as 30d' },
      ...progressOptions,
      ...imageServer,
    ],
    examples: [
      'ami-publisher image add base/debian-12/2026-11-22 ./rootfs',
      'tar c -C rootfs . | ami-publisher image add base/debian-12/x -',
      'ami-publisher image add app/web/7 ./layout:latest --oci --expires-in 30d',
    ],
    load: async () => (await import('./add.js')).addImage,
  },
  {
    name: 'list',
    summary: 'list images',
    arguments: [{ name: '[stream]', summary: 'of this stream only' }],
    options: [
      { flags: '--deleted', summary: 'also those that were deleted or have expired' },
      ...imageServer,
    ],
    examples: ['ami-publisher image list base/debian-12'],
    load: async () => (await import('./look-up.js')).listImages,
  },
  {
    name: 'show',
    summary: 'show one image',
    arguments: imageName,
    options: [{ flags: '--entries', summary: 'list every path of it' }, ...imageServer],
    examples: ['ami-publisher image show base/debian-12/2026-11-22 --entries'],
    load: async () => (await import('./look-up.js')).showImage,
  },
  {
    name: 'unpack',
    summary: 'write the files of an image into an empty folder; as root with owners and devices',
    arguments: [...imageName, { name: '<directory>', summary: 'a folder that is empty or not there yet' }],
    options: [...progressOptions, ...imageServer],
    examples: ['sudo ami-publisher image unpack base/debian-12/2026-11-22 ./rootfs'],
    load: async () => (await import('./unpack.js')).unpackImage,
  },
  {
    name: 'verify',
    summary: 'have the server read every object of an image again and compare digests',
    arguments: imageName,
    options: [...progressOptions, ...imageServer],
    examples: ['ami-publisher image verify base/debian-12/2026-11-22'],
    load: async () => (await import('./verify.js')).verifyImage,
  },
];

/** How images go. */
const ends: readonly CommandDefinition[] = [
  {
    name: 'set-expiry',
    summary: 'say when an image is to be deleted; only an operator may make it sooner',
    arguments: imageName,
    options: [
      { flags: '--in <duration>', summary: 'after this time, such as 30d' },
      { flags: '--at <time>', summary: 'at this time, such as 2026-12-31T00:00:00Z' },
      { flags: '--never', summary: 'not at all' },
      ...imageServer,
    ],
    examples: ['ami-publisher image set-expiry base/debian-12/2026-11-22 --in 90d'],
    load: async () => (await import('./end.js')).setExpiry,
  },
  {
    name: 'delete',
    summary: 'delete an image; it can be restored for a day, and its name stays taken',
    arguments: imageName,
    options: [dryRun, { flags: '--yes', summary: 'do not ask' }, ...imageServer],
    examples: ['ami-publisher image delete base/debian-12/2026-11-22 --yes'],
    load: async () => (await import('./end.js')).deleteImage,
  },
  {
    name: 'restore',
    summary: 'bring back an image that was deleted or has expired',
    arguments: imageName,
    options: imageServer,
    examples: ['ami-publisher image restore base/debian-12/2026-11-22'],
    load: async () => (await import('./end.js')).restoreImage,
  },
  {
    name: 'collect-garbage',
    summary: 'remove now what no image needs any more, as the server does by itself every hour',
    options: [dryRun, ...progressOptions, ...imageServer],
    examples: ['ami-publisher image collect-garbage --dry-run'],
    load: async () => (await import('./end.js')).collectGarbage,
  },
];

/** The commands about images on the image server. */
export const imageCommands: readonly CommandDefinition[] = [...lookUps, ...ends];
