import { tagKeys } from '@ami-publisher/core';
import type { ExplainedPolicy, ExplainedStatement, PolicyStatement } from './policy.js';
import { arns } from './resources.js';

/** As `newPublicationId` of core makes them. */
const anyPublication = 'pub-*';
const madeByPublication = { [`aws:RequestTag/${tagKeys.publication}`]: anyPublication };
const ofPublication = { [`aws:ResourceTag/${tagKeys.publication}`]: anyPublication };
const ofStream = { [`aws:ResourceTag/${tagKeys.stream}`]: 'false' };

const allow = (Sid: string, rest: Pick<PolicyStatement, 'Action' | 'Resource' | 'Condition'>) => ({
  Sid,
  Effect: 'Allow' as const,
  ...rest,
});

const lookAtQuotas: ExplainedStatement = {
  statement: allow('LookAtQuotas', { Action: ['servicequotas:GetServiceQuota'], Resource: '*' }),
  why: 'Lets `doctor` say how much of its quotas an account has used; without it that is a warning.',
};

const publisherStatements: readonly ExplainedStatement[] = [
  {
    statement: allow('Look', {
      Action: [
        'ec2:DescribeImages',
        'ec2:DescribeInstances',
        'ec2:DescribeRegions',
        'ec2:DescribeSnapshots',
        'ec2:DescribeVolumes',
        'ec2:DescribeVolumesModifications',
      ],
      Resource: '*',
    }),
    why: 'Sees what there is. EC2 authorizes Describe calls neither by resource nor by tag.',
  },
  lookAtQuotas,
  {
    statement: allow('UseUnpackers', {
      Action: ['ec2:AttachVolume', 'ec2:DetachVolume', 'ec2:ModifyInstanceAttribute', 'ec2:StartInstances'],
      Resource: arns.instance,
      Condition: { StringEquals: { 'aws:ResourceTag/Name': 'ImageUnpacker' } },
    }),
    why: 'Starts unpackers, and attaches and detaches their volumes. With `--instance-name` it is that name. `ec2:ModifyInstanceAttribute` has a volume go with its instance; EC2 has a condition key `ec2:Attribute`, but its reference does not say what it calls this attribute, so the action is open for all attributes of unpackers. Their user data is one of them: let their AMI take none, and their instance profile be worth little ([how](unpacker.md#role-of-the-instance)).',
  },
  {
    statement: allow('MakeVolumes', {
      Action: ['ec2:CreateVolume'],
      Resource: arns.volume,
      Condition: {
        Bool: { 'ec2:Encrypted': 'true' },
        StringEquals: { 'ec2:VolumeType': 'gp3' },
        StringLike: madeByPublication,
        Null: { [`aws:RequestTag/${tagKeys.stream}`]: 'false' },
      },
    }),
    why: 'Creates the volume of a stream: encrypted, gp3, and tagged with its publication and stream.',
  },
  {
    statement: allow('UseVolumes', {
      Action: [
        'ec2:AttachVolume',
        'ec2:CreateSnapshot',
        'ec2:DeleteVolume',
        'ec2:DetachVolume',
        'ec2:ModifyInstanceAttribute',
        'ec2:ModifyVolume',
      ],
      Resource: arns.volume,
      Condition: { Null: ofStream },
    }),
    why: 'Works on volumes of streams, and on no root volume. A volume that was attached by hand for a stream to adopt needs the tag, too; any value will do.',
  },
  {
    statement: allow('MakeSnapshots', {
      Action: ['ec2:CreateSnapshot'],
      Resource: arns.snapshot,
      Condition: { StringLike: madeByPublication },
    }),
    why: 'Makes snapshots that are tagged with their publication.',
  },
  {
    statement: allow('UseSnapshots', {
      Action: ['ec2:DeleteSnapshot', 'ec2:RegisterImage'],
      Resource: arns.snapshot,
      Condition: { StringLike: ofPublication },
    }),
    why: 'Registers and deletes snapshots of publications.',
  },
  {
    statement: allow('MakeImages', {
      Action: ['ec2:RegisterImage'],
      Resource: arns.image,
      Condition: { StringLike: madeByPublication },
    }),
    why: 'Registers AMIs that are tagged with their publication.',
  },
  {
    statement: allow('UseImages', {
      Action: [
        'ec2:DeregisterImage',
        'ec2:DisableImageDeregistrationProtection',
        'ec2:EnableImageDeprecation',
        'ec2:EnableImageDeregistrationProtection',
      ],
      Resource: arns.image,
      Condition: { StringLike: ofPublication },
    }),
    why: 'Deprecates, protects and deregisters AMIs of publications.',
  },
  {
    statement: allow('TagWhatIsMade', {
      Action: ['ec2:CreateTags'],
      Resource: [arns.image, arns.snapshot, arns.volume],
      Condition: {
        StringEquals: { 'ec2:CreateAction': ['CreateSnapshot', 'CreateVolume', 'RegisterImage'] },
      },
    }),
    why: 'Tags in the creating call only, which has to be allowed with these tags by the statements above. The keys are not narrowed, since `--tag` adds your own.',
  },
  {
    statement: allow('AdoptVolumes', {
      Action: ['ec2:CreateTags'],
      Resource: arns.volume,
      Condition: {
        Null: { ...ofStream, 'aws:TagKeys': 'false' },
        'ForAllValues:StringEquals': { 'aws:TagKeys': [tagKeys.stream] },
      },
    }),
    why: 'Writes the name of its new stream on a volume that was free: this key and no other.',
  },
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
    {
      statement: allow('Look', {
        Action: [
          'ec2:DescribeImages',
          'ec2:DescribeInstances',
          'ec2:DescribeRegions',
          'ec2:DescribeSnapshots',
          'ec2:DescribeVolumes',
        ],
        Resource: '*',
      }),
      why: 'Sees what there is.',
    },
    lookAtQuotas,
  ],
};

/** For whoever assumes the roles of the target accounts. */
export const callerPolicy: ExplainedPolicy = {
  title: 'Policy for the caller',
  about:
    'For the user, or the role of the build system, that assumes the role `ami-publisher` of the target accounts (`roleArn` in the configuration file). It needs nothing else. A profile that is used without a role has the policy for publishers itself.',
  statements: [
    {
      statement: allow('AssumeTargetRoles', {
        Action: ['sts:AssumeRole'],
        Resource: 'arn:aws:iam::*:role/ami-publisher',
      }),
      why: 'Becomes the role in the target accounts; name the accounts in place of the first `*` if they are few.',
    },
  ],
};
