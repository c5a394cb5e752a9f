import { Amis, Instances, type OperationResults, Volumes } from '@ami-publisher/core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createMotoAccount, type MotoAccount, stream } from '../support/moto-account.js';
import { runEverywhere } from './run-everywhere.js';

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

const everywhere = (run: () => Promise<OperationResults>) => runEverywhere(account, run);

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

  it('[delete-tags] [set-exclusive-tags] changes the tags of AMIs by the results of a publication', async () => {
    const { results } = account.publisher.start(await account.plan('2'));
    const published = (await results).targets;
    const resources = published.map(({ account: name, region: place, imageId = '', snapshotId = '' }) => ({
      ...{ account: name, region: place, imageId, snapshotId },
    }));
    // Moto forgets the tags of RegisterImage.
    for (const { region: place, imageId } of resources)
      await (await account.ec2(place)).createTags({
        Resources: [imageId],
        Tags: [
          { Key: 'Name', Value: stream },
          { Key: 'ExpiresAt', Value: '2026-11-22 10:00:00' },
        ],
      });
    const amis = new Amis(account.operations);
    await everywhere(() => amis.deleteTags(resources, 'ExpiresAt'));
    await everywhere(() => amis.setExclusiveTag(resources, { key: 'Preferred', value: 'true' }));
    const ec2 = await account.ec2(region);
    const { Images = [] } = await ec2.describeImages({ Owners: ['self'] });
    const tags = Object.fromEntries((Images[0]?.Tags ?? []).map(({ Key, Value }) => [Key, Value]));
    expect(tags).toEqual({ Name: stream, Preferred: 'true' });
  });

  it('[copy-bootstrap-image] copies the AMI of one region to the other', async () => {
    await account.addImage(region, 'base/first/1', { Name: 'base/first', 'ami-publisher:leaf': '1' });
    const earlier = account.proxy.calls.length;
    const copied = await new Amis(account.operations).copyBootstrapImage(await account.targets(), {
      stream: 'base/first',
    });
    expect(copied.targets.map(({ status }) => status)).toEqual(['nothing', 'done']);
    expect(account.proxy.calls.slice(earlier).filter(({ status }) => status !== 200)).toEqual([]);
    const { Images = [] } = await (await account.ec2(regions[1])).describeImages({ Owners: ['self'] });
    expect(Images.map(({ Name, State }) => [Name, State])).toContainEqual([
      ...['base/first/bootstrap', 'available'],
    ]);
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

  it('[stop-idle-unpackers] [start-instances] [terminate-instances] stops, starts and ends instances', async () => {
    const instances = new Instances(account.operations);
    const state = async () => {
      const InstanceIds = [account.unpackers[region] ?? ''];
      const { Reservations } = await (await account.ec2(region)).describeInstances({ InstanceIds });
      return Reservations?.[0]?.Instances?.[0]?.State?.Name;
    };
    await everywhere(async () => instances.stopIdle(await account.targets(), { maxIdleMs: 0 }));
    expect(await state()).toBe('stopped');
    await everywhere(async () => instances.start(await account.targets(), {}));
    expect(await state()).toBe('running');
    await everywhere(async () => instances.terminate(await account.targets(), {}));
    expect(await state()).toBe('terminated');
  });
});
