import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { milliseconds, run, summarise, table, timed } from './measure.mjs';
import { programs } from './programs.mjs';
import { Rig } from './rig.mjs';

const rounds = 5;

/** The trees of the demo: the installed npm and pnpm with files of every kind, and the same as its next release. */
const demoTrees = async (directory, { trees }) => {
  if (trees === undefined) {
    await run(process.execPath, [programs.publisher, 'demo', '--keep', join(directory, 'demo')]);
  }
  const kept = join(trees ?? join(directory, 'demo'), 'trees');
  return [join(kept, '1'), join(kept, '2')];
};

/** Everything that earlier steps wrote goes to the disk first, so that no step pays for another. */
const timedFromRest = async (action) => {
  await run('sync', []);
  return timed(action);
};

const checkEqual = async (wanted, found) => {
  const differences = await run('rsync', ['-aHAXni', '--checksum', '--delete', `${wanted}/`, `${found}/`]);
  if (differences !== '') throw new Error(`${found} is not equal to ${wanted}:\n${differences}`);
};

const peers = async (trees, directory) => {
  const copy = join(directory, 'copy');
  const cp = await timedFromRest(() => run('cp', ['-a', trees[0], copy]));
  await checkEqual(trees[0], copy);
  const rsync = await timedFromRest(() =>
    run('rsync', ['-aHAX', '--checksum', '--delete', `${trees[1]}/`, `${copy}/`]),
  );
  await checkEqual(trees[1], copy);
  return { cp, rsync };
};

const ours = async (trees, unpacker) => {
  const volume = await unpacker.attachVolume();
  const full = await timedFromRest(() => volume.unpack(0));
  await checkEqual(trees[0], volume.tree);
  const update = await timedFromRest(() => volume.unpack(1));
  await checkEqual(trees[1], volume.tree);
  await volume.detach();
  return { full, update };
};

/** One round: a daemon that has just started, the same daemon again, and the peers; who begins alternates. */
const measureRound = async (round, rig, trees) => {
  const name = `round-${round}`;
  await mkdir(join(rig.directory, name));
  const measurePeers = () => peers(trees, join(rig.directory, name));
  const before = round % 2 === 0 ? undefined : await measurePeers();
  const unpacker = await rig.startUnpacker(name);
  try {
    const cold = await ours(trees, unpacker);
    const warm = await ours(trees, unpacker);
    return { cold, warm, ...(before ?? (await measurePeers())) };
  } finally {
    await unpacker.stop();
  }
};

const compare = (what, own, peer) => {
  const [a, b] = [summarise(own), summarise(peer)];
  return [what, milliseconds(a), milliseconds(b), (a.median / b.median).toFixed(2)];
};

/** The section on unpacking: full against `cp -a`, the next release against `rsync --checksum`. */
export const unpack = async (directory, options) => {
  const trees = await demoTrees(directory, options);
  const rig = await Rig.start(directory, trees, options.profileDirectory);
  try {
    const results = [];
    for (let round = 0; round < rounds; round++) results.push(await measureRound(round, rig, trees));
    const all = (pick) => results.map(pick);
    const cp = all((result) => result.cp);
    const rsync = all((result) => result.rsync);
    const rows = [
      compare(
        'release 1 onto an empty volume, new daemon : `cp -a`',
        all(({ cold }) => cold.full),
        cp,
      ),
      compare(
        'the same, daemon that has unpacked before : `cp -a`',
        all(({ warm }) => warm.full),
        cp,
      ),
      compare(
        'release 2 over release 1, new daemon : `rsync`',
        all(({ cold }) => cold.update),
        rsync,
      ),
      compare(
        'the same, daemon that has unpacked before : `rsync`',
        all(({ warm }) => warm.update),
        rsync,
      ),
    ];
    return table(['what', 'ours, median (range)', 'peer, median (range)', 'ratio'], rows);
  } finally {
    await rig.stop();
  }
};
