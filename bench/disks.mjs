import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { dropCaches, makeDisk, makeFileSystem, whileMounted } from './disk.mjs';
import { milliseconds, run, summarise, table, timed } from './measure.mjs';
import { Rig } from './rig.mjs';
import { debian, manyFiles, nextRelease } from './trees.mjs';

const rounds = 5;
/** Each takes minutes. */
const ingestRounds = 3;
const diskGiB = 10;
const fileCount = 200_000;
const contentBytes = 5 * 2 ** 30;
const MiB = 2 ** 20;
/** What the unpacker adds to an image that boots, and the folders whose times change with it. */
const added = ['/boot/grub', '/etc/fstab', '/var/lib/initial-image'];

const mebibytes = ({ median, least, most }) =>
  `${(median / MiB).toFixed(1)} MiB (${(least / MiB).toFixed(1)}-${(most / MiB).toFixed(1)})`;

const compare = (what, format, results, pick) => {
  const [own, peer] = ['own', 'peer'].map((whose) => summarise(results.map((result) => pick(result[whose]))));
  return [what, format(own), format(peer), (own.median / peer.median).toFixed(2)];
};

const head = ['what', 'ours, median (range)', 'peer, median (range)', 'ratio'];

/** From rest, until all is on the disk. */
const measured = async (disk, action) => {
  await dropCaches();
  const before = await disk.written();
  const ms = await timed(action);
  return { ms, bytes: (await disk.written()) - before };
};

const checkEqual = async (wanted, found, excluded) => {
  const flags = ['-aHAXni', '--delete', '--omit-dir-times', ...excluded.map((path) => `--exclude=${path}`)];
  const differences = await run('rsync', [...flags, `${wanted}/`, `${found}/`]);
  if (differences !== '')
    throw new Error(`${found} is not equal to ${wanted}:\n${differences.slice(0, 2_000)}`);
};

const checkDisk = (disk, place, tree) =>
  whileMounted(`${disk.path}p1`, place, 'ro,noload', () => checkEqual(tree, place, added));

/** A first release onto an empty disk: ours with partitions, file system and boot loader, `tar` into a file system that is there. */
export const firstUnpack = async (directory, { profileDirectory }) => {
  const tree = await debian(join(directory, 'debian'));
  const archive = join(directory, 'debian.tar');
  await run('tar', ['--xattrs', '--xattrs-include=*', '-C', tree, '-cf', archive, '.']);
  const place = join(directory, 'place');
  await mkdir(place);
  const rig = await Rig.start(directory, [tree], profileDirectory);
  const results = [];
  for (let round = 0; round < rounds; round++) {
    const disk = await makeDisk(directory, `own-${round}`, diskGiB);
    const unpacker = await rig.startUnpacker(`unpacker-${round}`, 'block');
    const volume = await unpacker.attachDisk(disk);
    const own = await measured(disk, () => volume.publish(0));
    await unpacker.stop();
    await checkDisk(disk, place, tree);
    await disk.detach();

    const other = await makeFileSystem(directory, `tar-${round}`, diskGiB);
    const extract = () => run('tar', ['--xattrs', '--xattrs-include=*', '-xpf', archive, '-C', place]);
    const peer = await measured(other, () => whileMounted(other.path, place, 'noatime', extract));
    await other.detach();
    results.push({ own, peer });
  }
  await rig.stop();
  return table(head, [
    compare('a Debian onto an empty disk, time : `tar -x`', milliseconds, results, ({ ms }) => ms),
    compare('the same, bytes written to the device', mebibytes, results, ({ bytes }) => bytes),
  ]);
};

/** Release 2 over release 1 and back, by turns: our volume, and a file system of its own for `rsync`. */
const measureUpdates = async (directory, trees, unpacker) => {
  const place = join(directory, 'place');
  await mkdir(place);
  const [disk, other] = [
    await makeDisk(directory, 'own', diskGiB),
    await makeFileSystem(directory, 'rsync', diskGiB),
  ];
  const volume = await unpacker.attachDisk(disk);
  const synchronise = (tree) =>
    whileMounted(other.path, place, 'noatime', () =>
      run('rsync', ['-aHAX', '--delete', `${tree}/`, `${place}/`]),
    );
  await volume.publish(0);
  await synchronise(trees[0]);
  const results = [];
  for (let round = 0; round < rounds; round++) {
    const release = (round + 1) % 2;
    const own = await measured(disk, () => volume.publish(release));
    const peer = await measured(other, () => synchronise(trees[release]));
    results.push({ own, peer });
  }
  await unpacker.stop();
  await checkDisk(disk, place, trees[rounds % 2]);
  for (const device of [disk, other]) await device.detach();
  return results;
};

/** Adding a tree as an image, against hashing the same files. */
const measureIngests = async (directory, tree, profileDirectory) => {
  const list = join(directory, 'files');
  await run('sh', ['-c', 'find "$1" -type f -print0 > "$2"', 'sh', tree, list]);
  const results = [];
  for (let round = 0; round < ingestRounds; round++) {
    const own = join(directory, `ingest-${round}`);
    await mkdir(own);
    const rig = await Rig.start(own, [], profileDirectory);
    await dropCaches();
    const ours = await timed(() => rig.addImage(tree, '1'));
    const peak = await rig.imageServer.peakMemory();
    await rig.stop();
    await run('rm', ['-rf', own]);
    await dropCaches();
    const sum = await timed(() => run('xargs', ['-0', '-a', list, 'sha512sum'], { maxBuffer: 256 * MiB }));
    results.push({ own: { ms: ours }, peer: { ms: sum }, peak });
  }
  return results;
};

const memoryTable = (rows) =>
  table(
    ['most memory resident', 'MB'],
    rows.map(([what, bytes]) => [what, (bytes / 1e6).toFixed(0)]),
  );

/** 200,000 files of 5 GiB: what changes costs, adding it, and the memory of the daemons. */
export const large = async (directory, { profileDirectory }) => {
  const trees = [join(directory, '1'), join(directory, '2')];
  const meanBytes = Math.round(contentBytes / fileCount);
  manyFiles(trees[0], fileCount, meanBytes);
  await nextRelease(trees[0], trees[1], fileCount, meanBytes);
  const ingests = await measureIngests(directory, trees[0], profileDirectory);
  const rig = await Rig.start(directory, trees, profileDirectory);
  const unpacker = await rig.startUnpacker('unpacker', 'block');
  let peak = 0;
  const watched = {
    ...unpacker,
    stop: async () => {
      peak = await unpacker.peakMemory();
      await unpacker.stop();
    },
  };
  const updates = await measureUpdates(directory, trees, watched);
  const serving = await rig.imageServer.peakMemory();
  await rig.stop();
  const adding = Math.max(...ingests.map((result) => result.peak));
  return [
    table(head, [
      compare('1 % of 200,000 files, time : `rsync -aHAX --delete`', milliseconds, updates, ({ ms }) => ms),
      compare('the same, bytes written to the device', mebibytes, updates, ({ bytes }) => bytes),
      compare('adding them as an image, time : `sha512sum`', milliseconds, ingests, ({ ms }) => ms),
    ]),
    memoryTable([
      ['unpacker, first unpack and five updates', peak],
      ['image server, adding the image', adding],
      ['image server, adding two images and serving both', serving],
    ]),
  ].join('\n\n');
};
