import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Tag } from '@aws-sdk/client-ec2';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { journalPolicy, policiesFor } from '../support/iam-page.js';
import { createWorld, type PrintedResults, type World } from '../support/world.js';

const bucket = 'state-of-builds';
const journal = { AMI_PUBLISHER_JOURNAL: `s3://${bucket}/publications?profile=development` };

let world: World;
beforeAll(async () => {
  // What takes a while leaves time to kill in.
  world = await createWorld({
    accounts: 1,
    regions: ['eu-west-1', 'us-east-1'],
    policies: policiesFor(journalPolicy(bucket, 'publications')),
    latency: { createVolumeMs: 1_500, completeSnapshotMs: 3_000 },
  });
  world.sandbox.model.addBucket(bucket, world.sandbox.accounts[0]?.id ?? '', 'us-east-1');
  for (const stream of ['base/tags', 'base/journal']) await world.addImage(`${stream}/1`);
});
afterAll(() => world?.close());

/** The environment of a machine that has never seen the publication. */
const otherMachine = (name: string): Record<string, string> => {
  const home = join(world.directory, name);
  mkdirSync(home, { recursive: true });
  return { HOME: home, XDG_STATE_HOME: join(home, 'state') };
};

/** Ids of everything that a publication has left, as the sandbox's own books have it. */
const leftBy = async (publicationId: string): Promise<(string | undefined)[]> => {
  const account = world.sandbox.accounts[0]?.id ?? '';
  const found = await Promise.all(
    world.sandbox.regions.map((region) => world.sandbox.model.inventory(account, region)),
  );
  const isOfIt = ({ Tags = [] }: { Tags?: Tag[] | undefined }) =>
    Tags.some(({ Key, Value }) => Key === 'ami-publisher:publication' && Value === publicationId);
  return found.flatMap(({ images, snapshots, volumes }) => [
    ...images.filter(isOfIt).map(({ ImageId }) => ImageId),
    ...snapshots.filter(isOfIt).map(({ SnapshotId }) => SnapshotId),
    ...volumes.filter(isOfIt).map(({ VolumeId }) => VolumeId),
  ]);
};

const publicationOf = (stderr: string): string => /pub-\d{14}-[0-9a-f]{8}/.exec(stderr)?.[0] ?? 'none';

describe.concurrent('a machine that is lost in the middle of a publication', () => {
  it('leaves nothing that another could not find and remove by tags', async () => {
    const killed = await world.whenShown(
      /Provide volume/,
      (pid) => process.kill(pid, 'SIGKILL'),
      'publish',
      'base/tags',
      '1',
    );
    expect(killed.code).toBeNull();
    const id = publicationOf(killed.stderr);
    expect(await leftBy(id)).not.toEqual([]);

    const other = otherMachine('elsewhere');
    const withoutJournal = await world.runWith(other, 'status', id);
    expect(withoutJournal).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/status --publication pub-/),
    });
    const status = await world.runWith(other, 'status', '--publication', id);
    expect(status.code).toBe(0);
    expect(status.json()).toMatchObject({
      origin: { stream: 'base/tags' },
      targets: [{ state: 'unfinished' }, {}],
    });

    const rollback = await world.runWith(other, 'rollback', '--publication', id, '-o', 'table');
    expect(rollback).toMatchObject({ code: 0, stdout: expect.stringMatching(/rolled-back/) });
    expect(rollback.stderr).toMatch(/note: development,\S+: the lease of the publication is live/);
    expect(await leftBy(id)).toEqual([]);
    const after = await world.runWith(other, 'status', '--publication', id, '-o', 'table');
    expect(after).toMatchObject({ code: 0, stdout: expect.stringMatching(/nothing of it/) });

    // The first machine comes back with its journal: what it resumes is gone, so that it fails, or begins anew.
    const resumed = await world.run('resume', id);
    const results = resumed.json<PrintedResults>();
    for (const { status: ended, code, imageId } of results.targets)
      expect(ended === 'published' ? imageId : code, ended).toMatch(
        /^ami-|^AWS_NOT_FOUND$|^UNPACKER_FAILED$|^DEVICE_NOT_FOUND$/,
      );
    await world.run('rollback', id, '--force');
    expect(await leftBy(id)).toEqual([]);
  });

  it('is replaced by another that has its journal in S3, once its hold has run out', async () => {
    const publish = ['publish', 'base/journal', '1', '--journal', journal.AMI_PUBLISHER_JOURNAL];
    const killed = await world.whenShown(/Provide volume/, (pid) => process.kill(pid, 'SIGKILL'), ...publish);
    const id = publicationOf(killed.stderr);
    const other = { ...otherMachine('replacement'), ...journal };

    const refused = await world.runWith(other, 'resume', id);
    expect(refused).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/PUBLICATION_LOCKED.*worked on by process \d+ on .+, heard of \d+ s ago/),
    });
    const listed = await world.runWith(other, 'publications', 'list');
    expect(listed.json()).toMatchObject([{ publicationId: id, stream: 'base/journal' }]);

    let resumed = refused;
    for (const end = Date.now() + 90_000; resumed.stderr.includes('PUBLICATION_LOCKED') && Date.now() < end; )
      resumed = await world.runWith(other, 'resume', id);
    expect(resumed.stderr).not.toContain('error');
    expect(resumed.json<PrintedResults>().targets).toMatchObject([
      { status: 'published' },
      { status: 'published' },
    ]);
    // Two AMIs, two snapshots, two volumes.
    expect(await leftBy(id)).toHaveLength(6);
    const status = await world.runWith(other, 'status', id);
    expect(status.json()).toMatchObject({ targets: [{ state: 'published' }, { state: 'published' }] });
  });
});

describe('naming the publication', () => {
  it.each([
    [['status'], 'no publication is named'],
    [['rollback', 'pub-1', '--publication', 'pub-1'], 'named twice'],
  ])('by %j is refused', async (command, why) => {
    expect(await world.run(...command)).toMatchObject({ code: 2, stderr: expect.stringContaining(why) });
  });
});
