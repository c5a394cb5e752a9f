import { Instances, type OperationResults, Volumes } from '@ami-publisher/core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createMotoAccount, type MotoAccount, stream } from '../support/moto-account.js';

const regions = ['eu-west-1', 'us-east-1'] as const;
const [region] = regions;

let account: MotoAccount;
beforeAll(async () => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIDEXAMPLE');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
  account = await createMotoAccount(regions);
});
afterAll(async () => {
  await account?.close();
  vi.unstubAllEnvs();
});

/** Runs a command in both regions, and fails unless it worked and moto took every request. */
const everywhere = async (run: () => Promise<OperationResults>): Promise<OperationResults> => {
  const earlier = account.proxy.calls.length;
  const results = await run();
  expect(results.targets.map(({ status, message }) => message ?? status)).toEqual(['done', 'done']);
  expect(account.proxy.calls.slice(earlier).filter(({ status }) => status !== 200)).toEqual([]);
  return results;
};

const unpackerTags = async () => {
  const ec2 = await account.ec2(region);
  const { Reservations } = await ec2.describeInstances({ InstanceIds: [account.unpackers[region] ?? ''] });
  const { Tags = [] } = Reservations?.[0]?.Instances?.[0] ?? {};
  return Object.fromEntries(Tags.map(({ Key, Value }) => [Key, Value]));
};

const volumes = async () => {
  const { Volumes: all = [] } = await (await account.ec2(region)).describeVolumes({});
  return all.map(({ VolumeId = '' }) => VolumeId);
};

describe('what the other commands ask of moto', () => {
  it('[set-tags-on-unpackers] [delete-tags-on-unpackers] sets tags, takes them away, and takes that back', async () => {
    const instances = new Instances(account.operations);
    const tags = { team: 'images', note: 'a,b=c' };
    await everywhere(async () => instances.setTags(await account.targets(), { tags }));
    expect(await unpackerTags()).toMatchObject(tags);
    const { operationId } = await everywhere(async () =>
      instances.deleteTags(await account.targets(), { keys: ['note'] }),
    );
    expect(await unpackerTags()).not.toHaveProperty('note');
    expect((await account.operations.undo(operationId)).ok).toBe(true);
    expect(await unpackerTags()).toMatchObject(tags);
  });

  it('[list-unpackers] finds the unpackers by their name', async () => {
    const answers = await account.fleet.list((await account.targets()).targets);
    expect(answers).toMatchObject(
      regions.map((name) => ({
        target: { region: name },
        value: [{ instanceId: account.unpackers[name], state: 'running' }],
      })),
    );
  });

  it('[add-volumes] [remove-unused-volumes] attaches free volumes, and deletes them again', async () => {
    const before = await volumes();
    const commands = new Volumes(account.operations);
    await everywhere(async () => commands.add(await account.targets(), { sizeGiB: 1 }));
    expect((await volumes()).length).toBe(before.length + 1);
    await everywhere(async () => commands.removeUnused(await account.targets()));
    expect(await volumes()).toEqual(before);
  });

  it('[prepare-unpackers] starts an unpacker that is stopped', async () => {
    const { targets } = await account.targets();
    const ec2 = await account.ec2(region);
    await ec2.stopInstances({ InstanceIds: [account.unpackers[region] ?? ''] });
    const answers = await account.fleet.prepare(targets, { publicationId: 'prepare' });
    expect(answers).toMatchObject(
      regions.map((name) => ({ value: { instanceId: account.unpackers[name] } })),
    );
  });

  it('[list-streams] finds streams by the tags of their volumes', async () => {
    const { results } = account.publisher.start(await account.plan('1'));
    expect((await results).ok).toBe(true);
    const answers = await account.fleet.streams((await account.targets()).targets);
    expect(answers).toMatchObject(regions.map((name) => ({ target: { region: name }, value: [{ stream }] })));
  });
});
