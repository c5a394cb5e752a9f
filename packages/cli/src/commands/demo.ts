import { rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseWholeNumber, throwIfCancelled } from '@ami-publisher/base';
import type { PublicationResults } from '@ami-publisher/core';
import type { SandboxCloud } from '@ami-publisher/sandbox';
import { createContext, interruptSignal } from '../context.js';
import { addTree } from '../demo/add-tree.js';
import { releaseView } from '../demo/release-view.js';
import { buildRelease1, buildRelease2 } from '../demo/trees.js';
import { damage, type PublishedAmi, verifyAmis } from '../demo/verify-amis.js';
import { say, workDirectory } from '../demo/work-directory.js';
import { exitCodes } from '../exit-codes.js';
import { loadSandbox } from '../load-sandbox.js';
import { drawForTerminal } from '../output/render.js';
import { createProgressView, showEvents } from '../progress/progress.js';
import { withStatus } from '../progress/status-line.js';
import type { CommandRunner } from './definition.js';

type Options = Readonly<Record<string, unknown>>;

const stream = 'demo/base';
const releases = ['1', '2'] as const;

/** `demo` */
export const demo: CommandRunner = async (_positional, options) => {
  const corrupt = typeof options.corrupt === 'string' ? parseWholeNumber('corrupt', options.corrupt) : 0;
  const keep = typeof options.keep === 'string' ? resolve(options.keep) : undefined;
  const directory = await workDirectory(keep);
  const { startSandboxCloud } = await loadSandbox();
  const signal = interruptSignal();
  let sandbox: SandboxCloud | undefined;
  try {
    const trees = await buildTrees(directory, options);
    say('Starting a local AWS: 2 accounts x 3 regions, 6 unpackers, 1 image server, mutual TLS.');
    sandbox = await withStatus(options, 'Starting 7 daemons', () =>
      startSandboxCloud({ accounts: 2, regions: 3, directory: join(directory, 'sandbox'), signal }),
    );
    Object.assign(process.env, sandbox.environment, { XDG_STATE_HOME: join(directory, 'state') });
    const amis: PublishedAmi[] = [];
    for (const leaf of releases) {
      await addTree({ stream, leaf }, trees[leaf], options, signal);
      const results = await publish(leaf, options);
      say(drawForTerminal(results, releaseView));
      throwIfCancelled(signal);
      amis.push(...publishedAmis(results, trees[leaf]));
    }
    return await verify(sandbox, amis, { corrupt, options, signal });
  } finally {
    await sandbox?.close();
    if (keep === undefined) await rm(directory, { recursive: true, force: true });
  }
};

const buildTrees = async (
  directory: string,
  options: Options,
): Promise<Record<(typeof releases)[number], string>> => {
  const trees = { 1: join(directory, 'trees', '1'), 2: join(directory, 'trees', '2') };
  say('Building two releases of a real tree: the installed npm and pnpm, and files of every kind.');
  const notes = await withStatus(options, 'Copying', async (line) => {
    line.show(`Building ${trees[1]}`);
    const left = await buildRelease1(trees[1]);
    line.show(`Building ${trees[2]}`);
    await buildRelease2(trees[2]);
    return left;
  });
  for (const note of notes) say(`  ${note}`);
  return trees;
};

const publish = async (leaf: string, options: Options): Promise<PublicationResults> => {
  const context = await createContext({});
  try {
    const { publisher, signal } = context;
    const plan = await publisher.plan({ stream, leaf, targets: await context.resolveTargets() }, { signal });
    const publication = publisher.start(plan, { signal });
    await showEvents(publication.events, await createProgressView(options));
    return await publication.results;
  } finally {
    await context.close();
  }
};

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

interface Verification {
  /** How many snapshots to damage first. */
  readonly corrupt: number;
  readonly options: Options;
  readonly signal: AbortSignal;
}

const verify = async (
  sandbox: SandboxCloud,
  amis: readonly PublishedAmi[],
  { corrupt, options, signal }: Verification,
): Promise<number> => {
  const located = amis.map((ami) => ({ ...ami, snapshot: treeOf(sandbox, ami) }));
  for (const { snapshot } of located.slice(0, corrupt)) await damage(snapshot);
  say('\nComparing every snapshot with its source tree.');
  const compared = await withStatus(options, 'Reading the source trees', (line) =>
    verifyAmis(located, { line, signal }),
  );
  const differing = compared.filter(({ differences }) => differences.length > 0);
  for (const { ami, differences } of differing)
    say([`${ami.target}: ${ami.imageId} differs`, ...differences].join('\n  '));
  const verified = compared.length - differing.length;
  const wanted = releases.length * sandbox.unpackers.length;
  say(`verified ${verified} of ${wanted} AMIs`);
  return verified === wanted ? exitCodes.success : exitCodes.failure;
};

const treeOf = (sandbox: SandboxCloud, { snapshotId }: PublishedAmi): string =>
  join(sandbox.model.snapshotPath(snapshotId), 'tree');
