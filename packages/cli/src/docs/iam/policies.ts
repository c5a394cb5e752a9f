import { tagKeys } from '@ami-publisher/core';
import { type ExplainedPolicy, type ExplainedStatement, may } from './policy.js';
import { arns } from './resources.js';

/** As `newPublicationId` of core makes them. */
const anyPublication = 'pub-*';
const madeByPublication = { [`aws:RequestTag/${tagKeys.publication}`]: anyPublication };
const ofPublication = { [`aws:ResourceTag/${tagKeys.publication}`]: anyPublication };
const ofStream = { [`aws:ResourceTag/${tagKeys.stream}`]: 'false' };

const lookAtQuotas: ExplainedStatement = may(
  'LookAtQuotas',
  ['servicequotas:GetServiceQuota'],
  '*',
  'Lets `doctor` say how much of its quotas an account has used; without it that is a warning.',
);

const publisherStatements: readonly ExplainedStatement[] = [
  may(
    'Look',
    [
      'ec2:DescribeImages',
      'ec2:DescribeInstances',
      'ec2:DescribeRegions',
      'ec2:DescribeSnapshots',
      'ec2:DescribeVolumes',
      'ec2:DescribeVolumesModifications',
    ],
    '*',
    'Sees what there is. EC2 authorizes Describe calls neither by resource nor by tag.',
  ),
  lookAtQuotas,
  may(
    'UseUnpackers',
    ['ec2:AttachVolume', 'ec2:DetachVolume', 'ec2:ModifyInstanceAttribute', 'ec2:StartInstances'],
    arns.instance,
    'Starts unpackers, and attaches and detaches their volumes. With `--instance-name` it is that name. `ec2:ModifyInstanceAttribute` has a volume go with its instance; EC2 has a condition key `ec2:Attribute`, but its reference does not say what it calls this attribute, so the action is open for all attributes of unpackers. Their user data is one of them: let their AMI take none, and their instance profile be worth little ([how](unpacker.md#role-of-the-instance)).',
    { StringEquals: { 'aws:ResourceTag/Name': 'ImageUnpacker' } },
  ),
  may(
    'MakeVolumes',
    ['ec2:CreateVolume'],
    arns.volume,
    'Creates the volume of a stream: encrypted, gp3, and tagged with its publication and stream.',
    {
      Bool: { 'ec2:Encrypted': 'true' },
      StringEquals: { 'ec2:VolumeType': 'gp3' },
      StringLike: madeByPublication,
      Null: { [`aws:RequestTag/${tagKeys.stream}`]: 'false' },
    },
  ),
  may(
    'UseVolumes',
    [
      'ec2:AttachVolume',
      'ec2:CreateSnapshot',
      'ec2:DeleteVolume',
      'ec2:DetachVolume',
      'ec2:ModifyInstanceAttribute',
      'ec2:ModifyVolume',
    ],
    arns.volume,
    'Works on volumes of streams, and on no root volume. A volume that was attached by hand for a stream to adopt needs the tag, too; any value will do.',
    { Null: ofStream },
  ),
  may(
    'MakeSnapshots',
    ['ec2:CreateSnapshot'],
    arns.snapshot,
    'Makes snapshots that are tagged with their publication.',
    { StringLike: madeByPublication },
  ),
  may(
    'UseSnapshots',
    ['ec2:DeleteSnapshot', 'ec2:RegisterImage'],
    arns.snapshot,
    'Registers and deletes snapshots of publications.',
    { StringLike: ofPublication },
  ),
  may(
    'MakeImages',
    ['ec2:RegisterImage'],
    arns.image,
    'Registers AMIs that are tagged with their publication.',
    { StringLike: madeByPublication },
  ),
  may(
    'UseImages',
    [
      'ec2:DeregisterImage',
      'ec2:DisableImageDeregistrationProtection',
      'ec2:EnableImageDeprecation',
      'ec2:EnableImageDeregistrationProtection',
    ],
    arns.image,
    'Deprecates, protects and deregisters AMIs of publications.',
    { StringLike: ofPublication },
  ),
  may(
    'TagWhatIsMade',
    ['ec2:CreateTags'],
    [arns.image, arns.snapshot, arns.volume],
    'Tags in the creating call only, which has to be allowed with these tags by the statements above. The keys are not narrowed, since `--tag` adds your own.',
    {
      StringEquals: { 'ec2:CreateAction': ['CreateSnapshot', 'CreateVolume', 'RegisterImage'] },
    },
  ),
  may(
    'AdoptVolumes',
    ['ec2:CreateTags'],
    arns.volume,
    'Writes the name of its new stream on a volume that was free: this key and no other.',
    {
      Null: { ...ofStream, 'aws:TagKeys': 'false' },
      'ForAllValues:StringEquals': { 'aws:TagKeys': [tagKeys.stream] },
    },
  ),
];

/** For the role in a target account that `plan`, `publish`, `resume` and `rollback` run as. */
export const publisherPolicy: ExplainedPolicy = {
  title: 'Policy for publishers',
  about:
    'For the role in each target account. It lets all commands work; what it lets them change carries the tags of a publication or a stream, or is an unpacker.',
  statements: publisherStatements,
};

/** For a role that only looks. */
export const readerPolicy: ExplainedPolicy = {
  title: 'Policy for readers',
  about:
    'For a role that only looks: `plan`, `list-unpackers`, `list-streams`, `doctor`. `publish` fails with `ACCESS_DENIED` and the name of the first action that is missing.',
  statements: [
    may(
      'Look',
      [
        'ec2:DescribeImages',
        'ec2:DescribeInstances',
        'ec2:DescribeRegions',
        'ec2:DescribeSnapshots',
        'ec2:DescribeVolumes',
      ],
      '*',
      'Sees what there is.',
    ),
    lookAtQuotas,
  ],
};

/** For whoever assumes the roles of the target accounts. */
export const callerPolicy: ExplainedPolicy = {
  title: 'Policy for the caller',
  about:
    'For the user, or the role of the build system, that assumes the role `ami-publisher` of the target accounts (`roleArn` in the configuration file). It needs nothing else. A profile that is used without a role has the policy for publishers itself.',
  statements: [
    may(
      'AssumeTargetRoles',
      ['sts:AssumeRole'],
      'arn:aws:iam::*:role/ami-publisher',
      'Becomes the role in the target accounts; name the accounts in place of the first `*` if they are few.',
    ),
  ],
};
