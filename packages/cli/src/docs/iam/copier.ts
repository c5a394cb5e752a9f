import { type ExplainedPolicy, may } from './policy.js';
import { arns, madeByOperation, ofOperation } from './resources.js';

/** For `copy-bootstrap-image --via instance`. */
export const copierPolicy: ExplainedPolicy = {
  title: 'The first AMI by an instance',
  about:
    'For `copy-bootstrap-image --via instance`, in the accounts that it copies to; those that it copies from need the first statement only. With `--kms-key`, the role needs the statements of [a customer managed KMS key](#a-customer-managed-kms-key), too. The instance itself has no role. `packages/cli/test/iam-copier.test.ts` runs under these statements alone.',
  statements: [
    may(
      'FindAndAwait',
      [
        'ec2:DescribeImages',
        'ec2:DescribeInstances',
        'ec2:DescribeRegions',
        'ec2:DescribeSnapshots',
        'ec2:DescribeSubnets',
        'ec2:DescribeVolumes',
        'ec2:DescribeVpcs',
      ],
      '*',
      'Sees which targets have an AMI of the stream, where unpackers are, and how far copies are. With `--security-group-tag`, add `ec2:DescribeSecurityGroups`.',
    ),
    may(
      'FindAmazonLinux',
      ['ssm:GetParameters'],
      'arn:aws:ssm:*:*:parameter/aws/service/ami-amazon-linux-latest/*',
      'Finds the AMI of the instance; not needed with `--copier-image ami-…`.',
    ),
    may(
      'LaunchCopiers',
      ['ec2:RunInstances'],
      arns.instance,
      'Launches instances of that name, tagged with their operation.',
      {
        StringEquals: { 'aws:RequestTag/Name': 'ImageCopier' },
        StringLike: madeByOperation,
      },
    ),
    may(
      'LaunchCopiersInto',
      ['ec2:RunInstances'],
      [arns.image, arns.networkInterface, arns.securityGroup, arns.subnet, arns.volume],
      'What an instance is launched of and into; name your VPC by `ec2:Vpc`, and Amazon by `ec2:Owner`, to narrow it. With `--key-name`, add `arn:aws:ec2:*:*:key-pair/*`.',
    ),
    may('MakeBlankVolumes', ['ec2:CreateVolume'], arns.volume, 'Creates the volume that is written.', {
      Bool: { 'ec2:Encrypted': 'true' },
      StringLike: madeByOperation,
    }),
    may(
      'UseCopiers',
      ['ec2:AttachVolume', 'ec2:GetConsoleOutput', 'ec2:TerminateInstances'],
      arns.instance,
      'Gives the instance its volume, reads what it says, and ends it.',
      ofOperation,
    ),
    may(
      'UseBlankVolumes',
      ['ec2:AttachVolume', 'ec2:CreateSnapshot', 'ec2:DeleteVolume'],
      arns.volume,
      'Captures the volume, and deletes it.',
      ofOperation,
    ),
    may(
      'CaptureCopies',
      ['ec2:CreateSnapshot'],
      arns.snapshot,
      'Makes snapshots that are tagged with their operation.',
      { StringLike: madeByOperation },
    ),
    may('RegisterCaptures', ['ec2:RegisterImage'], arns.image, 'The same for AMIs.', {
      StringLike: madeByOperation,
    }),
    may(
      'UseCaptures',
      ['ec2:DeleteSnapshot', 'ec2:RegisterImage'],
      arns.snapshot,
      'Registers what was captured, and deletes it when the operation is undone.',
      ofOperation,
    ),
    may(
      'TakeAmisBack',
      ['ec2:DeregisterImage', 'ec2:DescribeImageAttribute'],
      arns.image,
      'Undoes the registration.',
      ofOperation,
    ),
    may(
      'TagOnCreation',
      ['ec2:CreateTags'],
      [arns.image, arns.instance, arns.snapshot, arns.volume],
      'Tags in the creating call only.',
      {
        StringEquals: {
          'ec2:CreateAction': ['CreateSnapshot', 'CreateVolume', 'RegisterImage', 'RunInstances'],
        },
      },
    ),
  ],
};
