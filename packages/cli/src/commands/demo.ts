import { appendFile, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { AmiPublisherError } from '@ami-publisher/base';
import { type PublicationResults, readClientTls } from '@ami-publisher/core';
import { GrpcImageSink, ingestDirectory } from '@ami-publisher/image';
import { createImageServerClient } from '@ami-publisher/protocol';
import type { SandboxCloud } from '@ami-publisher/sandbox';
import { createContext, interruptSignal } from '../context.js';
import { compareTrees, describeTree, type TreeDescription } from '../demo/compare-trees.js';
import { buildRelease1, buildRelease2 } from '../demo/trees.js';
import { exitCodes } from '../exit-codes.js';
import { parseWholeNumber } from '../input/duration.js';
import { loadSandbox } from '../load-sandbox.js';
import { formatBytes, formatDuration } from '../output/quantities.js';
import { drawTable } from '../output/render.js';
import { createProgressView, showEvents } from '../progress/progress.js';
import type { CommandRunner } from './definition.js';

const stream = 'demo/base';
const releases = ['1', '2'] as const;
const say = (text: string) => process.stdout.write(`${text}\n`);

interface PublishedAmi {
  readonly target: string;
  readonly imageId: string;
  readonly snapshotId: string;
  /** Folder of the tree that the AMI should hold. */
  readonly tree: string;
}

/** `demo` */
export const demo: CommandRunner = async (_positional, options) => {
  const corrupt = typeof options.corrupt === 'string' ? parseWholeNumber('corrupt', options.corrupt) : 0;
  const keep = typeof options.keep === 'string' ? resolve(options.keep) : undefined;
  const directory = await workDirectory(keep);
  const { startSandboxCloud } = await loadSandbox();
  const signal = interruptSignal();
  let sandbox: SandboxCloud | undefined;
  try {
    const trees = await buildTrees(directory);
    say('Starting a local AWS: 2 accounts x 3 regions, 6 unpackers, 1 image server, mutual TLS.');
    sandbox = await startSandboxCloud({
      accounts: 2,
      regions: 3,
      directory: join(directory, 'sandbox'),
      signal,
    });
    Object.assign(process.env, sandbox.environment, { XDG_STATE_HOME: join(directory, 'state') });
    const amis: PublishedAmi[] = [];
    for (const leaf of releases) {
      await ingest(leaf, trees[leaf], signal);
      const results = await publish(leaf, options);
      say(describeRelease(results));
      amis.push(...publishedAmis(results, trees[leaf]));
    }
    await damage(sandbox, amis.slice(0, corrupt));
    return await verify(sandbox, amis, releases.length * sandbox.unpackers.length);
  } finally {
    await sandbox?.close();
    if (keep === undefined) await rm(directory, { recursive: true, force: true });
  }
};

const workDirectory = async (keep: string | undefined): Promise<string> => {
  if (keep === undefined) return mkdtemp(join(tmpdir(), 'ami-publisher-demo-'));
  await mkdir(keep, { recursive: true });
  if ((await readdir(keep)).length === 0) return keep;
  throw new AmiPublisherError('INVALID_OPTION', {
    message: `expected \`keep\` to be an empty or new folder, got ${keep}`,
    resource: keep,
    remedy: 'name another folder, or empty it',
  });
};

const buildTrees = async (directory: string): Promise<Record<(typeof releases)[number], string>> => {
  const trees = { 1: join(directory, 'trees', '1'), 2: join(directory, 'trees', '2') };
  say('Building two releases of a real tree: the installed npm and pnpm, and files of every kind.');
  for (const note of await buildRelease1(trees[1])) say(`  ${note}`);
  await buildRelease2(trees[2]);
  return trees;
};

const ingest = async (leaf: string, root: string, signal: AbortSignal): Promise<void> => {
  const { AMI_PUBLISHER_IMAGE_SERVER: address = '', AMI_PUBLISHER_CERTIFICATES: directory = '' } =
    process.env;
  const client = createImageServerClient({
    address,
    tls: readClientTls({ directory, roles: ['ingester'], now: Date.now() }),
  });
  try {
    const { image, bytesSent } = await ingestDirectory({
      root,
      name: { stream, leaf },
      sink: new GrpcImageSink(client),
      signal,
    });
    say(
      `\nRelease ${leaf}: ${image.entryCount} entries, ${formatBytes(image.contentBytes)}; ${formatBytes(bytesSent)} of it new to the image server.`,
    );
  } finally {
    client.close();
  }
};

const publish = async (leaf: string, options: Record<string, unknown>): Promise<PublicationResults> => {
  const context = await createContext({});
  try {
    const { publisher, signal } = context;
    const plan = await publisher.plan({ stream, leaf, targets: await context.resolveTargets() }, { signal });
    const publication = publisher.start(plan, { signal });
    await showEvents(publication.events, await createProgressView(options));
    return await publication.results;
  } finally {
    context.close();
  }
};

/** Steps by column of the table. */
const columns: Readonly<Record<string, readonly string[]>> = {
  connect: ['unpacker', 'lease'],
  volume: ['volume', 'attach', 'grow'],
  scan: ['prepare'],
  unpack: ['unpack'],
  snapshot: ['snapshot', 'release', 'complete'],
  register: ['register', 'available', 'protect', 'retire'],
};

const describeRelease = (results: PublicationResults): string =>
  drawTable(results, {
    head: [
      'TARGET',
      'AMI',
      'SNAPSHOT',
      'FILES',
      'FETCHED',
      ...Object.keys(columns).map((name) => name.toUpperCase()),
      'TOTAL',
    ],
    rows: ({ targets }) =>
      targets.map((target) => [
        `${target.account},${target.region}`,
        target.imageId ?? '-',
        target.snapshotId ?? '-',
        ...(target.status === 'published'
          ? [String(target.unpack.filesWritten), formatBytes(target.unpack.bytesFetched)]
          : [target.status, 'message' in target ? target.message : '']),
        ...Object.values(columns).map((steps) =>
          formatDuration(steps.reduce((sum, step) => sum + (target.durationsMs[step] ?? 0), 0)),
        ),
        formatDuration(target.durationMs),
      ]),
  });

const publishedAmis = (results: PublicationResults, tree: string): PublishedAmi[] =>
  results.targets.flatMap((target) =>
    target.status === 'published'
      ? [
          {
            target: `${target.account},${target.region}`,
            imageId: target.imageId,
            snapshotId: target.snapshotId,
            tree,
          },
        ]
      : [],
  );

const treeOf = (sandbox: SandboxCloud, { snapshotId }: PublishedAmi): string =>
  join(sandbox.model.snapshotDirectory(snapshotId), 'tree');

const damage = async (sandbox: SandboxCloud, amis: readonly PublishedAmi[]): Promise<void> => {
  for (const ami of amis) await appendFile(join(treeOf(sandbox, ami), 'etc/os-release'), '# damaged\n');
};

const verify = async (
  sandbox: SandboxCloud,
  amis: readonly PublishedAmi[],
  wanted: number,
): Promise<number> => {
  say('\nComparing every snapshot with its source tree.');
  const wantedTrees = new Map<string, TreeDescription>();
  for (const tree of new Set(amis.map((ami) => ami.tree))) wantedTrees.set(tree, await describeTree(tree));
  let verified = 0;
  for (const ami of amis) {
    const expected = wantedTrees.get(ami.tree) ?? new Map();
    const differences = compareTrees(expected, await describeTree(treeOf(sandbox, ami)));
    if (differences.length === 0) verified += 1;
    else
      say(
        `${ami.target}: ${ami.imageId} differs\n${differences.map((difference) => `  ${difference}`).join('\n')}`,
      );
  }
  say(`verified ${verified} of ${wanted} AMIs`);
  return verified === wanted ? exitCodes.success : exitCodes.failure;
};
