import { type Sandbox, startSandbox } from '@ami-publisher/sandbox';
import {
  DescribeInstancesCommand,
  DescribeSecurityGroupsCommand,
  DescribeSubnetsCommand,
  DescribeVpcsCommand,
  ImportKeyPairCommand,
  RunInstancesCommand,
  type RunInstancesRequest,
} from '@aws-sdk/client-ec2';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { destroyClients, ec2Client, eventually, expectCode } from './support/aws.js';
import { echoProgram } from './support/programs.js';
import {
  availableVolume,
  completedSnapshot,
  describeImage,
  describeVolume,
  instanceIn,
  registeredImage,
  registration,
} from './support/resources.js';

const place = { accountId: '111111111111', region: 'us-east-1' };

describe('RunInstances', () => {
  destroyClients();
  const { program, started } = echoProgram();
  let sandbox: Sandbox;
  let ec2: ReturnType<typeof ec2Client>;
  let imageId: string;

  beforeAll(async () => {
    sandbox = await startSandbox({ program });
    ec2 = ec2Client(sandbox);
    const snapshot = await completedSnapshot(ec2, await availableVolume(ec2, 'us-east-1a'));
    imageId = await registeredImage(ec2, registration('base', snapshot));
    await eventually(async () =>
      (await describeImage(ec2, imageId)).State === 'available' ? true : undefined,
    );
  });
  afterAll(() => sandbox.close());

  const launch = async (request: Partial<RunInstancesRequest> = {}) => {
    const { Instances = [] } = await ec2.send(
      new RunInstancesCommand({ ImageId: imageId, MinCount: 1, MaxCount: 1, ...request }),
    );
    return Instances[0]!;
  };

  const subnets = async (zone: string) => {
    const Filters = [
      { Name: 'tag:Network', Values: ['Private'] },
      { Name: 'availability-zone', Values: [zone] },
    ];
    return (await ec2.send(new DescribeSubnetsCommand({ Filters }))).Subnets ?? [];
  };

  test('[NET-1] A region has a default VPC with a default group, and two subnets in each zone', async () => {
    const { Vpcs = [] } = await ec2.send(new DescribeVpcsCommand({}));
    expect(Vpcs).toMatchObject([{ IsDefault: true, State: 'available' }]);
    const { SecurityGroups = [] } = await ec2.send(new DescribeSecurityGroupsCommand({}));
    expect(SecurityGroups).toMatchObject([{ GroupName: 'default', VpcId: Vpcs[0]?.VpcId }]);
    const { Subnets = [] } = await ec2.send(new DescribeSubnetsCommand({}));
    const told = Subnets.map(({ AvailabilityZone, DefaultForAz, Tags }) => [
      AvailabilityZone,
      DefaultForAz,
      Tags?.[0]?.Value,
    ]);
    expect(told).toEqual([
      ['us-east-1a', true, 'Public'],
      ['us-east-1b', true, 'Public'],
      ['us-east-1c', true, 'Public'],
      ['us-east-1a', false, 'Private'],
      ['us-east-1b', false, 'Private'],
      ['us-east-1c', false, 'Private'],
    ]);
    expect(new Set(Subnets.map(({ CidrBlock }) => CidrBlock)).size).toBe(6);
  });

  test('[NET-2] Tests can add others', async () => {
    const network = sandbox.model.network(place);
    const vpcId = network.addVpc({ team: 'images' });
    const id = network.addSubnet({ vpcId, zone: 'us-east-1b', free: 0 });
    const groupId = network.addSecurityGroup(vpcId, 'unpackers');
    const { SecurityGroups } = await ec2.send(new DescribeSecurityGroupsCommand({ GroupIds: [groupId] }));
    expect(SecurityGroups).toMatchObject([{ GroupName: 'unpackers', VpcId: vpcId }]);
    await expectCode(launch({ SubnetId: id }), 'InsufficientFreeAddressesInSubnet');
    await expectCode(launch({ SecurityGroupIds: [groupId] }), 'InvalidParameterCombination');
  });

  test('[RUN-1] An instance of an image runs where it is asked to, as it is asked to', async () => {
    const [subnet] = await subnets('us-east-1b');
    await ec2.send(
      new ImportKeyPairCommand({
        KeyName: 'team',
        PublicKeyMaterial: Buffer.from(
          'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAINTNJ8hwq1xNF8+80UKBGx809yvvEMB5iebdI5Tfy7cr',
        ),
      }),
    );
    const Tags = [{ Key: 'Name', Value: 'ImageUnpacker' }];
    const { InstanceId = '', State } = await launch({
      ...{ InstanceType: 't3.medium', KeyName: 'team', SubnetId: subnet?.SubnetId },
      BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs: { VolumeSize: 3 } }],
      IamInstanceProfile: { Name: 'unpacker' },
      MetadataOptions: { HttpTokens: 'required' },
      TagSpecifications: [
        { ResourceType: 'instance', Tags },
        { ResourceType: 'volume', Tags },
      ],
    });
    expect(State?.Name).toBe('pending');
    const running = await instanceIn(ec2, InstanceId, 'running');
    expect(running).toMatchObject({
      ...{ ImageId: imageId, InstanceType: 't3.medium', KeyName: 'team', Tags },
      IamInstanceProfile: { Arn: 'arn:aws:iam::111111111111:instance-profile/unpacker' },
      MetadataOptions: { HttpTokens: 'required' },
      Placement: { AvailabilityZone: 'us-east-1b' },
      SecurityGroups: [{ GroupName: 'default' }],
      SubnetId: subnet?.SubnetId,
    });
    const volumeId = running.BlockDeviceMappings?.[0]?.Ebs?.VolumeId ?? '';
    expect(await describeVolume(ec2, volumeId)).toMatchObject({
      ...{ Size: 3, State: 'in-use', Tags },
      Attachments: [{ DeleteOnTermination: true, Device: '/dev/xvda' }],
    });
    expect(started.some(({ instanceId }) => instanceId === InstanceId)).toBe(true);
  });

  test('[RUN-2] A client token makes it happen once', async () => {
    const one = await launch({ ClientToken: 'once' });
    expect((await launch({ ClientToken: 'once' })).InstanceId).toBe(one.InstanceId);
    await expectCode(
      launch({ ClientToken: 'once', InstanceType: 't3.large' }),
      'IdempotentParameterMismatch',
    );
    const Filters = [{ Name: 'client-token', Values: ['once'] }];
    const { Reservations } = await ec2.send(new DescribeInstancesCommand({ Filters }));
    expect(Reservations).toHaveLength(1);
  });

  test('[RUN-3] A zone without capacity refuses it, and what does not exist', async () => {
    const [subnet] = await subnets('us-east-1c');
    sandbox.model.setCapacity(place, 'us-east-1c', false);
    await expectCode(launch({ SubnetId: subnet?.SubnetId }), 'InsufficientInstanceCapacity');
    sandbox.model.setCapacity(place, 'us-east-1c', true);
    expect((await launch({ SubnetId: subnet?.SubnetId })).SubnetId).toBe(subnet?.SubnetId);
    await expectCode(launch({ KeyName: 'none' }), 'InvalidKeyPair.NotFound');
    await expectCode(launch({ KeyName: '' }), 'InvalidKeyPair.NotFound');
    await expectCode(launch({ SubnetId: 'subnet-0123456789abcdef0' }), 'InvalidSubnetID.NotFound');
    await expectCode(launch({ ImageId: 'ami-0123456789abcdef0' }), 'InvalidAMIID.NotFound');
    await expectCode(launch({ MinCount: 2 }), 'InvalidParameterValue');
  });
});
