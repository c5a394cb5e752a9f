import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startDaemon } from './daemon.mjs';
import { milliseconds, run, summarise, table } from './measure.mjs';
import { programs } from './programs.mjs';
import { bulk, inodes } from './srpc-load.mjs';

const file = (name) => fileURLToPath(new URL(name, import.meta.url));

const rounds = 5;
/** 300 MB, with Node's own memory. */
const rssLimitBytes = 300_000_000;
/** Of what a bare TLS connection carries. */
const throughputLimit = 0.7;
const mebibyte = 1024 * 1024;

const transfers = [
  ['tcp', 'a bare TCP connection'],
  ['tls', 'a bare TLS connection'],
  ['objects', 'GetObjects, all in one call'],
  ['batches', 'GetObjects, 8 MiB a call'],
];

/** What is not as it should be; empty if all is. */
const missed = (peakBytes, share) => [
  ...(peakBytes > rssLimitBytes ? [`a tree took ${Math.round(peakBytes / 1e6)} MB, of 300 at most`] : []),
  ...Object.entries(share).flatMap(([kind, part]) =>
    part < throughputLimit ? [`${kind} were fetched at ${part.toFixed(2)} of TLS, of 0.7 at least`] : [],
  ),
];

const measureAll = async (server, certificates) => {
  const fetch = async (kind) => {
    const address = server.address[kind] ?? server.address.srpc;
    return JSON.parse(await run(process.execPath, [file('srpc-run.mjs'), kind, address, certificates]));
  };
  const trees = [];
  for (let round = 0; round < rounds; round++) trees.push(await fetch('tree'));
  const times = Object.fromEntries(transfers.map(([kind]) => [kind, []]));
  for (let round = 0; round < rounds; round++)
    for (const [kind] of transfers) times[kind].push((await fetch(kind)).ms);
  return { trees, times };
};

/** The section on an image server of Go: the memory that a large tree takes, and how fast objects come. */
export const srpc = async (directory) => {
  const certificates = join(directory, 'certificates');
  await run(process.execPath, [programs.publisher, 'certs', 'create', certificates]);
  const server = await startDaemon(file('srpc-server.mjs'), [certificates]);
  try {
    const { trees, times } = await measureAll(server, certificates);
    const peak = summarise(trees.map(({ peakBytes }) => peakBytes)).most;
    const medians = Object.fromEntries(
      Object.entries(times).map(([kind, ms]) => [kind, summarise(ms).median]),
    );
    const shareOf = (kind) => medians.tls / medians[kind];
    const faults = missed(peak, { objects: shareOf('objects'), batches: shareOf('batches') });
    if (faults.length > 0) {
      process.exitCode = 1;
      for (const fault of faults) console.error(`missed: ${fault}`);
    }
    const mebibytes = (bulk.objects * bulk.object.length) / mebibyte;
    return [
      table(
        [`GetImage of ${inodes.toLocaleString('en')} inodes, and its manifest`, 'time', 'RSS at most'],
        [
          [
            '`SrpcImageSource`',
            milliseconds(summarise(trees.map(({ ms }) => ms))),
            `${(peak / 1e6).toFixed(0)} MB`,
          ],
        ],
      ),
      table(
        [`${mebibytes} MiB over loopback`, 'time', 'MiB/s', 'of TLS'],
        transfers.map(([kind, what]) => [
          what,
          milliseconds(summarise(times[kind])),
          ((mebibytes / medians[kind]) * 1000).toFixed(0),
          shareOf(kind).toFixed(2),
        ]),
      ),
    ].join('\n\n');
  } finally {
    await server.stop();
  }
};
