import { Amis, AmiUsage, Instances, type OperationResults } from '@ami-publisher/core';
import * as autoScaling from '@aws-sdk/client-auto-scaling';
import * as aws from '@aws-sdk/client-ec2';
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createMotoAccount, type MotoAccount, type MotoImage } from '../support/moto-account.js';
import { publicKey } from './resources.js';
import { runEverywhere } from './run-everywhere.js';

const regions = ['eu-west-1', 'us-east-1'] as const;
const [region] = regions;

let account: MotoAccount;
let amis: Amis;
let instances: Instances;
beforeAll(async () => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIDEXAMPLE');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
  account = await createMotoAccount(regions);
  amis = new Amis(account.operations);
  instances = new Instances(account.operations);
  for (const place of regions) await tagNetwork(place);
});
afterAll(async () => {
  await account?.close();
  vi.unstubAllEnvs();
});

/** Gives the default VPC, one of its subnets and its security group the tags that are looked for. */
const tagNetwork = async (place: string): Promise<void> => {
  const ec2 = await account.ec2(place);
  const { Vpcs: [vpc] = [] } = await ec2.describeVpcs({});
  const { Subnets: [, subnet] = [] } = await ec2.describeSubnets({});
  const { SecurityGroups: [group] = [] } = await ec2.describeSecurityGroups({});
  const tag = (id = '', Key = '', Value = '') => ec2.createTags({ Resources: [id], Tags: [{ Key, Value }] });
  await tag(vpc?.VpcId, 'Preferred', 'true');
  await tag(subnet?.SubnetId, 'Network', 'Private');
  await tag(group?.GroupId, 'Role', 'web');
};

const everywhere = (run: () => Promise<OperationResults>) => runEverywhere(account, run);

/** An AMI in each region. */
const addImages = (stream: string, tags: Readonly<Record<string, string>> = {}): Promise<MotoImage[]> =>
  Promise.all(regions.map((place) => account.addImage(place, `${stream}/1`, { Name: stream, ...tags })));

const instancesNamed = async (name: string) => {
  const Filters = [{ Name: 'tag:Name', Values: [name] }];
  const { Reservations = [] } = await (await account.ec2(region)).describeInstances({ Filters });
  return Reservations.flatMap(({ Instances = [] }) => Instances);
};

const statesOf = async (name: string) => (await instancesNamed(name)).map(({ State }) => State?.Name);

/** What `list-images` says of a stream in the first region. */
const listed = async (stream: string) => {
  const [answer] = await amis.list(await account.targets(), { searchTags: { Name: stream } });
  return answer !== undefined && 'value' in answer ? answer.value : [];
};

describe('what commands about AMIs, and about what is launched from them, ask of moto', () => {
  it('[list-images] tells the AMIs that have the tags, also those that are disabled', async () => {
    const [image] = await addImages('base/listed');
    const other = await account.addImage(region, 'base/listed/2', { Name: 'base/listed', team: 'a' });
    await (await account.ec2(region)).disableImage({ ImageId: other.imageId });
    const found = await listed('base/listed');
    expect(Object.fromEntries(found.map((one) => [one.imageId, one]))).toMatchObject({
      [image?.imageId ?? '']: { state: 'available', name: 'base/listed/1', snapshotIds: [image?.snapshotId] },
      [other.imageId]: { state: 'disabled', tags: { Name: 'base/listed', team: 'a' } },
    });
    expect(found).toHaveLength(2);
  });

  it('[delete] disables AMIs for a time, and enables them when that is taken back', async () => {
    const images = await addImages('base/deleted');
    const { operationId } = await everywhere(() => amis.delete(images));
    expect(await listed('base/deleted')).toMatchObject([
      { state: 'disabled', deleteAfter: expect.stringMatching(/Z$/) },
    ]);
    expect((await account.operations.undo(operationId)).ok).toBe(true);
    expect(await listed('base/deleted')).toMatchObject([
      { state: 'available', tags: { Name: 'base/deleted' } },
    ]);
  });

  it('[import-key-pair] imports a key once, and leaves another of that name alone', async () => {
    const request = { name: 'team', publicKey: `${publicKey} somebody@somewhere\n` };
    await everywhere(async () => instances.importKeyPair(await account.targets(), request));
    const again = await instances.importKeyPair(await account.targets(), request);
    expect(again.targets.map(({ status }) => status)).toEqual(['nothing', 'nothing']);
    const other = { ...request, publicKey: publicKey.replace(/y7cr$/, 'y7cs') };
    const refused = await instances.importKeyPair(await account.targets(), other);
    expect(refused.targets).toMatchObject(regions.map(() => ({ status: 'failed', code: 'INVALID_OPTION' })));
    const ec2 = await account.ec2(region);
    const { KeyPairs = [] } = await ec2.describeKeyPairs({ IncludePublicKey: true });
    expect(KeyPairs.map(({ KeyName, PublicKey }) => [KeyName, PublicKey])).toEqual([['team', publicKey]]);
  });

  it('[launch-instances] launches the AMI of a stream where its tags say, and ends it when that is taken back', async () => {
    const [image] = await addImages('base/web', { Preferred: 'true' });
    await account.addImage(region, 'base/web/2', { Name: 'base/web', Preferred: 'false' });
    const request = {
      ...{ image: 'base/web', instanceName: 'web', rootVolumeGiB: 20, tags: { team: 'images' } },
      network: { securityGroupTags: { Role: 'web' } },
    };
    const { operationId } = await everywhere(async () => instances.launch(await account.targets(), request));
    const [launched, ...others] = await instancesNamed('web');
    expect(others).toEqual([]);
    expect(launched).toMatchObject({
      ...{ ImageId: image?.imageId, InstanceType: 't3.medium', State: { Name: 'running' } },
      MetadataOptions: { HttpTokens: 'required' },
      Tags: expect.arrayContaining([{ Key: 'team', Value: 'images' }]),
    });
    const { Subnets = [] } = await (await account.ec2(region)).describeSubnets({
      Filters: [{ Name: 'tag:Network', Values: ['Private'] }],
    });
    expect(launched?.SubnetId).toBe(Subnets[0]?.SubnetId);
    const again = await instances.launch(await account.targets(), request);
    expect(again.targets.map(({ status }) => status)).toEqual(['nothing', 'nothing']);
    expect((await account.operations.undo(operationId)).ok).toBe(true);
    expect(await statesOf('web')).toEqual(['terminated']);
  });

  it('[launch-instances-for-images] [expire] launches the AMIs of results files, and ends what is due', async () => {
    const images = await addImages('base/tested');
    const launch = (instanceName: string, expiresInMs: number) =>
      everywhere(() => instances.launchForImages(images, { instanceName, expiresInMs }));
    await launch('due', 1);
    await launch('later', 3_600_000);
    expect(await instancesNamed('due')).toMatchObject([{ ImageId: images[0]?.imageId }]);
    // Tags tell whole seconds.
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    await everywhere(async () => amis.expire(await account.targets()));
    expect(await statesOf('due')).toEqual(['terminated']);
    expect(await statesOf('later')).toEqual(['running']);
  });

  it('[list-used-images] finds AMIs in instances, launch templates, Auto Scaling and parameters', async () => {
    const [image] = await addImages('base/used');
    const ImageId = image?.imageId ?? '';
    await refer(ImageId);
    const earlier = account.proxy.calls.length;
    const report = await new AmiUsage(account.cloud).listUsed(await account.targets(), {
      ...{ searchTags: { Name: 'base/used', Used: 'true' }, minAgeMs: 0 },
    });
    expect(report.failures).toEqual([]);
    expect(report.images.map(({ imageId }) => imageId)).toEqual([ImageId]);
    expect(report.images[0]?.reasons).toMatchObject([
      { kind: 'auto-scaling-group', resource: 'group' },
      { kind: 'instance', resource: report.instances[0]?.instanceId },
      { kind: 'launch-configuration', resource: 'configuration' },
      { kind: 'launch-template', text: expect.stringContaining('template version 1 ($Default, $Latest)') },
      { kind: 'parameter', resource: '/images/used' },
    ]);
    expect(account.proxy.calls.slice(earlier).filter(({ status }) => status !== 200)).toEqual([]);
  });
});

/** Has everything name an AMI that can, and tags it `Used`. */
const refer = async (ImageId: string): Promise<void> => {
  const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' };
  const config = { endpoint: account.proxy.endpoint, region, credentials };
  const [ec2, scaling, ssm] = [
    new aws.EC2Client(config),
    new autoScaling.AutoScalingClient(config),
    new SSMClient(config),
  ];
  const Tags = [{ Key: 'Used', Value: 'true' }];
  await ec2.send(new aws.CreateTagsCommand({ Resources: [ImageId], Tags }));
  await ec2.send(new aws.RunInstancesCommand({ ImageId, MinCount: 1, MaxCount: 1 }));
  const template = { LaunchTemplateName: 'template', LaunchTemplateData: { ImageId } };
  await ec2.send(new aws.CreateLaunchTemplateCommand(template));
  const LaunchConfigurationName = 'configuration';
  const configuration = { LaunchConfigurationName, ImageId, InstanceType: 't3.medium' };
  await scaling.send(new autoScaling.CreateLaunchConfigurationCommand(configuration));
  await scaling.send(
    new autoScaling.CreateAutoScalingGroupCommand({
      ...{ AutoScalingGroupName: 'group', LaunchConfigurationName, MinSize: 0, MaxSize: 1 },
      AvailabilityZones: [`${region}a`],
    }),
  );
  await ssm.send(new PutParameterCommand({ Name: '/images/used', Value: ImageId, Type: 'String' }));
  for (const client of [ec2, scaling, ssm]) client.destroy();
};
