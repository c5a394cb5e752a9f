import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Tag } from '@aws-sdk/client-ec2';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createWorld, type PrintedResults, type World } from '../support/world.js';

let world: World;
beforeAll(async () => {
  // Snapshots that take a while leave time to interrupt.
  world = await createWorld({
    accounts: 1,
    regions: ['eu-west-1', 'us-east-1'],
    latency: { completeSnapshotMs: 4_000, createVolumeMs: 500 },
  });
  await world.addImage('base/debian/1');
});
afterAll(() => world?.close());

const count = async () => {
  const account = world.sandbox.accounts[0]?.id ?? '';
  const found = await Promise.all(
    world.sandbox.regions.map((region) => world.sandbox.model.inventory(account, region)),
  );
  const ours = (tags: readonly Tag[] | undefined) =>
    tags?.some(({ Key }) => Key === 'ami-publisher:publication') === true;
  return {
    images: found.flatMap(({ images }) => images).filter(({ Tags }) => ours(Tags)).length,
    snapshots: found.flatMap(({ snapshots }) => snapshots).filter(({ Tags }) => ours(Tags)).length,
    volumes: found.flatMap(({ volumes }) => volumes).filter(({ Tags }) => ours(Tags)).length,
  };
};

const interrupted = async (name: string): Promise<PrintedResults> => {
  const run = await world.interrupt(
    /Unpack image|Begin snapshot|targets\n/,
    'publish',
    'base/debian',
    '1',
    '--ami-name',
    name,
  );
  expect(run.code).toBe(130);
  expect(run.stderr).toMatch(
    /finish it: {2}ami-publisher resume pub-[\s\S]*undo it: {4}ami-publisher rollback pub-/,
  );
  const results = run.json<PrintedResults>();
  expect(results.targets.map(({ status }) => status)).toEqual(['cancelled', 'cancelled']);
  return results;
};

describe('Ctrl-C', () => {
  it('[W26] leaves a publication that can be rolled back without a trace', async () => {
    const { publicationId } = await interrupted('rolled-back');
    const dryRun = await world.run('rollback', publicationId, '--dry-run');
    const before = await count();
    expect(dryRun.code).toBe(0);
    expect(await count()).toEqual(before);
    const rollback = await world.run('rollback', publicationId);
    expect(rollback.json()).toMatchObject({
      ok: true,
      targets: [{ status: 'rolled-back' }, { status: 'rolled-back' }],
    });
    expect(await count()).toEqual({ images: 0, snapshots: 0, volumes: 0 });
    const status = await world.run('status', publicationId);
    expect(status.json()).toMatchObject({ targets: [{ state: 'rolled-back' }, { state: 'rolled-back' }] });
  });

  it('[W26] leaves a publication that can be finished, with nothing made twice', async () => {
    const { publicationId } = await interrupted('resumed');
    const resumed = await world.run('resume', publicationId);
    expect(resumed.code).toBe(0);
    expect(resumed.json<PrintedResults>().targets).toMatchObject([
      { status: 'published' },
      { status: 'published' },
    ]);
    expect(await count()).toEqual({ images: 2, snapshots: 2, volumes: 2 });
    const again = await world.run('resume', publicationId);
    expect(again.code).toBe(0);
    expect(await count()).toEqual({ images: 2, snapshots: 2, volumes: 2 });
  });

  it('does not let a rollback take published AMIs without force', async () => {
    const [latest] = (await world.run('publications')).json<{ publicationId: string }[]>();
    const kept = await world.run('rollback', latest?.publicationId ?? '');
    expect(kept.json()).toMatchObject({ targets: [{ status: 'kept' }, { status: 'kept' }] });
    expect((await count()).images).toBe(2);
    const forced = await world.run('rollback', latest?.publicationId ?? '', '--force');
    expect(forced.json()).toMatchObject({ ok: true });
    expect((await count()).images).toBe(0);
  });
});

describe('the image server', () => {
  it('that is not there is named before any work', async () => {
    const elsewhere = { AMI_PUBLISHER_IMAGE_SERVER: '127.0.0.1:1' };
    const run = await world.runWith(elsewhere, 'publish', 'base/debian', '1', '--ami-name', 'gone');
    expect(run.code).toBe(1);
    expect(run.stderr).toMatch(
      /IMAGE_SERVER_UNREACHABLE: imageserver:GetImage: no answer from 127\.0\.0\.1:1/,
    );
  });

  it('that dies during a publication fails the targets and leaves the old release on their volumes', async () => {
    await world.run('publish', 'base/debian', '1', '--ami-name', 'before');
    await world.addImage('base/debian/2', { 'etc/os-release': 'the second release\n' });
    const run = await world.whenShown(/targets\n/, () => killImageServer(), 'publish', 'base/debian', '2');
    expect(run.code).toBe(1);
    const results = run.json<PrintedResults>();
    expect(results.targets).toMatchObject([
      {
        status: 'failed',
        step: 'unpack',
        code: 'IMAGE_SERVER_UNREACHABLE',
        message:
          /development,eu-west-1: .*image server 127\.0\.0\.1:\d+ has not answered for 60 s.*start it again, then resume/,
      },
      { status: 'failed', step: 'unpack', code: 'IMAGE_SERVER_UNREACHABLE' },
    ]);
    expect(run.stderr).toContain(`ami-publisher resume ${results.publicationId}`);
    const streams = (await world.run('list-unpackers')).json<{ streams: { leaf: string }[] }[]>();
    expect(streams.map(({ streams: [stream] }) => stream?.leaf)).toEqual(['1', '1']);
  });
});

/** By its command line, which names its folder. */
const killImageServer = (): void => {
  const folder = join(world.sandbox.directory, 'imageserver');
  const [pid] = readdirSync('/proc').filter(
    (entry) => /^\d+$/.test(entry) && commandLine(entry).includes(folder),
  );
  if (pid === undefined) throw new Error('no image server runs');
  process.kill(Number(pid), 'SIGKILL');
};

const commandLine = (pid: string): string => {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    // It has ended since it was listed.
    return '';
  }
};
