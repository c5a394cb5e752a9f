import { rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { LifecycleClient } from '@ami-publisher/core';
import type { SandboxCloud } from '@ami-publisher/sandbox';
import { addTree } from '../demo/add-tree.js';
import { acts } from '../demo/lifecycle/acts.js';
import { readNotices } from '../demo/lifecycle/check-disk.js';
import { createKeys, type DemoOrchestrator, startOrchestrator } from '../demo/lifecycle/orchestrator.js';
import { executorsFile, placesOf, product } from '../demo/lifecycle/products.js';
import { buildRelease, vulnerability } from '../demo/lifecycle/release.js';
import { say, workDirectory } from '../demo/work-directory.js';
import { exitCodes } from '../exit-codes.js';
import { interruptSignal } from '../interrupt.js';
import { drawTimeline } from '../lifecycle/timeline.js';
import { waitForEvents } from '../lifecycle/wait.js';
import { loadSandbox } from '../load-sandbox.js';
import { withStatus } from '../progress/status-line.js';
import type { CommandRunner } from './definition.js';

type Options = Readonly<Record<string, unknown>>;

/** `demo lifecycle` */
export const demoLifecycle: CommandRunner = async (_positional, options) => {
  const keep = typeof options.keep === 'string' ? resolve(options.keep) : undefined;
  const directory = await workDirectory(keep);
  const toClose: (() => Promise<void>)[] = [];
  try {
    const sandbox = await startCloud(directory, options);
    toClose.push(() => sandbox.close());
    const orchestrator = await serve(sandbox, directory, options);
    toClose.push(() => orchestrator.stop());
    const played = await play(sandbox, orchestrator, options);
    return await tell(sandbox, orchestrator, played);
  } finally {
    for (const close of toClose.reverse()) await close();
    if (keep === undefined) await rm(directory, { recursive: true, force: true });
  }
};

const startCloud = async (directory: string, options: Options): Promise<SandboxCloud> => {
  const { startSandboxCloud } = await loadSandbox();
  say('Starting a local AWS: 2 accounts, 2 unpackers, 1 image server, mutual TLS.');
  const signal = interruptSignal();
  const sandbox = await withStatus(options, 'Starting 3 daemons', () =>
    startSandboxCloud({ accounts: 2, regions: 1, directory: join(directory, 'sandbox'), signal }),
  );
  const { accountId, region, bucket } = placesOf(sandbox);
  sandbox.model.addBucket(bucket, accountId, region);
  sandbox.model.services({ accountId, region }).addVulnerability(vulnerability);
  const [first] = sandbox.accounts;
  Object.assign(process.env, sandbox.environment, { AWS_PROFILE: first?.name, AWS_REGION: region });
  return sandbox;
};

const serve = async (
  sandbox: SandboxCloud,
  directory: string,
  options: Options,
): Promise<DemoOrchestrator> => {
  const tree = join(directory, 'tree');
  await buildRelease(tree);
  await addTree({ stream: product.stream, leaf: '1' }, tree, options, interruptSignal());
  const executors = join(directory, 'executors.yaml');
  const program = process.argv[1] ?? '';
  await writeFile(executors, await executorsFile(sandbox, join(directory, 'journals'), program));
  const database = join(directory, 'lifecycles');
  say('\nStarting the lifecycle server, with a key for each of a requester, QA and an approver.');
  return withStatus(options, 'Making the database', async (line) => {
    const keys = await createKeys(database);
    line.show('Starting the server');
    return { keys, ...(await startOrchestrator(directory, { database, executors })) };
  });
};

interface Played {
  readonly lifecycleId: string;
  /** How many events were completed, of all that were to be. */
  readonly completed: number;
  readonly wanted: number;
}

/** Does one act after the other, up to the first of which an event is not completed. */
const play = async (
  sandbox: SandboxCloud,
  { url, keys }: DemoOrchestrator,
  options: Options,
): Promise<Played> => {
  const all = acts(placesOf(sandbox).bucket);
  const wanted = all.flatMap(({ events }) => events);
  let lifecycleId = '';
  for (const { says, by, ask, events } of all) {
    say(`\n${says}`);
    const client = new LifecycleClient({ connection: { endpoint: url, apiKey: keys[by] } });
    lifecycleId = await ask(client, lifecycleId);
    const ended = await withStatus(options, `Waiting for ${events.join(', ')}`, () =>
      waitForEvents({ client, lifecycleId }, events),
    );
    if (ended?.outcome.status !== 'COMPLETED')
      return { lifecycleId, completed: wanted.indexOf(ended?.event ?? 'BUILD_AMI'), wanted: wanted.length };
  }
  return { lifecycleId, completed: wanted.length, wanted: wanted.length };
};

/** Draws both timelines and looks at the disks. @returns the exit code */
const tell = async (
  sandbox: SandboxCloud,
  { url, keys }: DemoOrchestrator,
  { lifecycleId, completed, wanted }: Played,
): Promise<number> => {
  const client = new LifecycleClient({ connection: { endpoint: url, apiKey: keys.requester } });
  const record = await client.status(lifecycleId);
  say(`\n${drawTimeline(record, 'ami-creation')}\n${drawTimeline(record, 'ami-patch')}`);
  const notices = await readNotices(sandbox, record);
  for (const { imageId, snapshotId, text, isRight } of notices)
    say(`${imageId} (${snapshotId}) ${isRight ? 'says' : 'wrongly says'} "${text}"`);
  const right = notices.filter(({ isRight }) => isRight).length;
  const amis = 2 * sandbox.accounts.length;
  say(`completed ${completed} of ${wanted} events, verified ${right} of ${amis} AMIs`);
  return completed === wanted && right === amis ? exitCodes.success : exitCodes.failure;
};
