import { type Sandbox, startSandbox } from '@ami-publisher/sandbox';
import {
  DeleteSnapshotCommand,
  DeregisterImageCommand,
  DescribeImageAttributeCommand,
  DescribeImagesCommand,
  type DescribeImagesRequest,
  DisableImageCommand,
  type EC2Client,
  EnableImageCommand,
  type LaunchPermission,
  ModifyImageAttributeCommand,
  RegisterImageCommand,
  RestoreImageFromRecycleBinCommand,
  RestoreSnapshotFromRecycleBinCommand,
} from '@aws-sdk/client-ec2';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { destroyClients, ec2Client, eventually, expectCode } from './support/aws.js';
import { availableVolume, completedSnapshot, describeImage, registration } from './support/resources.js';

describe('The life of an image', () => {
  destroyClients();
  let sandbox: Sandbox;
  let ec2: EC2Client;
  let theirs: EC2Client;
  let volumeId: string;

  beforeAll(async () => {
    sandbox = await startSandbox({ accounts: 2, latency: { completeSnapshotMs: 5, registerImageMs: 5 } });
    ec2 = ec2Client(sandbox);
    theirs = ec2Client(sandbox, { keys: sandbox.accounts[1]! });
    volumeId = await availableVolume(ec2, 'us-east-1a');
  });
  afterAll(() => sandbox.close());

  let names = 0;
  const makeImage = async () => {
    names += 1;
    const snapshotId = await completedSnapshot(ec2, volumeId);
    const { ImageId = '' } = await ec2.send(
      new RegisterImageCommand({
        ...registration(`image-${names}`, snapshotId),
        TagSpecifications: [{ ResourceType: 'image', Tags: [{ Key: 'Name', Value: 'base' }] }],
      }),
    );
    await eventually(async () =>
      (await describeImage(ec2, ImageId)).State === 'available' ? true : undefined,
    );
    return { ImageId, snapshotId };
  };
  const share = (ImageId: string, Add: LaunchPermission[]) =>
    ec2.send(new ModifyImageAttributeCommand({ ImageId, LaunchPermission: { Add } }));
  const permissions = async (ImageId: string) => {
    const answer = await ec2.send(
      new DescribeImageAttributeCommand({ ImageId, Attribute: 'launchPermission' }),
    );
    return answer.LaunchPermissions;
  };
  const seen = async (client: EC2Client, request: DescribeImagesRequest = {}) =>
    (await client.send(new DescribeImagesCommand(request))).Images?.map(({ ImageId }) => ImageId) ?? [];
  const disable = (ImageId: string) => ec2.send(new DisableImageCommand({ ImageId }));
  const enable = (ImageId: string) => ec2.send(new EnableImageCommand({ ImageId }));

  test('[AMI-8] A disabled image loses its permissions, is hidden, keeps its snapshot, and can be enabled', async () => {
    const { ImageId, snapshotId } = await makeImage();
    await share(ImageId, [{ UserId: sandbox.accounts[1]!.id }]);
    expect((await disable(ImageId)).Return).toBe(true);
    expect(await seen(ec2)).not.toContain(ImageId);
    expect(await seen(ec2, { IncludeDisabled: true })).toContain(ImageId);
    expect(await seen(theirs, { IncludeDisabled: true })).not.toContain(ImageId);
    await expectCode(
      ec2.send(new DeleteSnapshotCommand({ SnapshotId: snapshotId })),
      'InvalidSnapshot.InUse',
    );
    await disable(ImageId);
    await enable(ImageId);
    expect(await describeImage(ec2, ImageId)).toMatchObject({ State: 'available' });
    expect(await permissions(ImageId)).toEqual([]);
  });

  test('[AMI-8] A pending image cannot be disabled', async () => {
    const slow = await startSandbox({ latency: { registerImageMs: 60_000 } });
    const slowEc2 = ec2Client(slow);
    const pending = await completedSnapshot(slowEc2, await availableVolume(slowEc2, 'us-east-1a'));
    const { ImageId } = await slowEc2.send(new RegisterImageCommand(registration('pending', pending)));
    await expectCode(slowEc2.send(new DisableImageCommand({ ImageId })), 'IncorrectState');
    await slow.close();
  });

  test('[AMI-9] An image is seen by whom it is shared with, without its tags', async () => {
    const { ImageId } = await makeImage();
    expect(await seen(theirs)).not.toContain(ImageId);
    await expectCode(seen(theirs, { ImageIds: [ImageId] }), 'InvalidAMIID.NotFound');
    const { id } = sandbox.accounts[1]!;
    const organization = {
      OrganizationArn: 'arn:aws:organizations::111111111111:organization/o-0123456789',
    };
    await share(ImageId, [{ UserId: id }, organization]);
    await share(ImageId, [{ UserId: id }]);
    expect(await permissions(ImageId)).toEqual([{ UserId: id }, organization]);
    expect(await seen(theirs)).toContain(ImageId);
    expect(await seen(theirs, { Owners: ['self'] })).not.toContain(ImageId);
    expect(await seen(theirs, { ExecutableUsers: ['self'] })).toContain(ImageId);
    expect(await describeImage(theirs, ImageId)).toMatchObject({ OwnerId: '111111111111', Tags: [] });
    await expectCode(theirs.send(new DeregisterImageCommand({ ImageId })), 'InvalidAMIID.NotFound');
    const LaunchPermission = { Remove: [{ UserId: id }, organization] };
    await ec2.send(new ModifyImageAttributeCommand({ ImageId, LaunchPermission }));
    expect(await seen(theirs)).not.toContain(ImageId);
  });

  test('[AMI-9] Pages go on from own images to those of others', async () => {
    const [own, shared] = [await makeImage(), await makeImage()];
    await share(shared.ImageId, [{ Group: 'all' }]);
    expect(await describeImage(ec2, shared.ImageId)).toMatchObject({ Public: true });
    const snapshot = await completedSnapshot(theirs, await availableVolume(theirs, 'us-east-1a'));
    const { ImageId } = await theirs.send(new RegisterImageCommand(registration('theirs', snapshot)));
    const first = await theirs.send(new DescribeImagesCommand({ MaxResults: 1 }));
    expect(first.Images?.map((image) => image.ImageId)).toEqual([ImageId]);
    const next = await theirs.send(new DescribeImagesCommand({ MaxResults: 1, NextToken: first.NextToken }));
    expect(next.Images?.map((image) => image.ImageId)).toEqual([shared.ImageId]);
    expect(await seen(theirs)).not.toContain(own.ImageId);
  });

  test.each<[string, LaunchPermission, string]>([
    ['two grantees', { Group: 'all', UserId: '222222222222' }, 'InvalidParameterCombination'],
    ['a bad account', { UserId: '12' }, 'InvalidAMIAttributeItemValue'],
    ['a bad organization', { OrganizationArn: 'o-1' }, 'InvalidParameterValue'],
  ])('[AMI-9] A permission with %s is refused', async (_, permission, code) => {
    const { ImageId } = await makeImage();
    await expectCode(share(ImageId, [permission]), code);
    expect(await permissions(ImageId)).toEqual([]);
  });

  test('[AMI-9] A disabled image is not shared, and its description can be changed', async () => {
    const { ImageId } = await makeImage();
    await disable(ImageId);
    await expectCode(share(ImageId, [{ Group: 'all' }]), 'IncorrectState');
    await expectCode(ec2.send(new ModifyImageAttributeCommand({ ImageId })), 'InvalidParameterCombination');
    await ec2.send(new ModifyImageAttributeCommand({ ImageId, Description: { Value: 'new' } }));
    const described = new DescribeImageAttributeCommand({ ImageId, Attribute: 'description' });
    expect((await ec2.send(described)).Description).toEqual({ Value: 'new' });
    const unknown = new DescribeImageAttributeCommand({ ImageId, Attribute: 'kernel' });
    await expectCode(ec2.send(unknown), 'InvalidParameterValue');
  });

  test('[AMI-10] What Recycle Bin keeps comes back with its tags, the image after its snapshot', async () => {
    const place = { accountId: '111111111111', region: 'us-east-1' };
    const { ImageId, snapshotId: SnapshotId } = await makeImage();
    const restoreImage = () => ec2.send(new RestoreImageFromRecycleBinCommand({ ImageId }));
    sandbox.model.setRetention(place, { images: true, snapshots: true });
    await ec2.send(new DeregisterImageCommand({ ImageId, DeleteAssociatedSnapshots: true }));
    await expectCode(describeImage(ec2, ImageId), 'InvalidAMIID.Unavailable');
    await expectCode(restoreImage(), 'InvalidSnapshot.NotFound');
    await ec2.send(new RestoreSnapshotFromRecycleBinCommand({ SnapshotId }));
    await restoreImage();
    expect(await describeImage(ec2, ImageId)).toMatchObject({
      State: 'available',
      Tags: [{ Key: 'Name', Value: 'base' }],
    });
    await expectCode(restoreImage(), 'InvalidAMIID.NotFound');
    sandbox.model.setRetention(place, { images: false, snapshots: false });
    await ec2.send(new DeregisterImageCommand({ ImageId }));
    await expectCode(restoreImage(), 'InvalidAMIID.NotFound');
  });

  test('[AMI-11] Recovery points of AWS Backup stay', async () => {
    const { ImageId } = await makeImage();
    sandbox.model.setBackup(ImageId);
    await expectCode(ec2.send(new DeregisterImageCommand({ ImageId })), 'InvalidParameterValue');
    expect((await describeImage(ec2, ImageId)).Tags).toContainEqual(
      expect.objectContaining({ Key: 'aws:backup:source-resource' }),
    );
    const free = await completedSnapshot(ec2, volumeId);
    sandbox.model.setBackup(free);
    await expectCode(ec2.send(new DeleteSnapshotCommand({ SnapshotId: free })), 'InvalidParameterValue');
  });
});
