import { tagKeys } from '@ami-publisher/core';
import { type Condition, type ExplainedPolicy, may } from './policy.js';
import { anyOperation, arns, madeByOperation } from './resources.js';

const unpackerName = 'ImageUnpacker';
/** Ids of operations and of publications. */
const anyOrigin = [anyOperation, 'pub-*'];
const onUnpackers: Condition = { StringEquals: { 'aws:ResourceTag/Name': unpackerName } };
const ofPublication: Condition = {
  StringLike: { [`aws:ResourceTag/${tagKeys.publication}`]: 'pub-*' },
};
const ofUs: Condition = { StringLike: { [`aws:ResourceTag/${tagKeys.publication}`]: anyOrigin } };
const withExpiry: Condition = { Null: { [`aws:ResourceTag/${tagKeys.expiresAt}`]: 'false' } };

/** For a role that runs the commands about instances, published AMIs and volumes of unpackers. */
export const operatorPolicy: ExplainedPolicy = {
  title: 'Policy for operators',
  about: `For a role in each target account that runs the commands of [operating.md](operating.md); [what each calls](#what-operators-commands-call) narrows it further. Instances are those called \`${unpackerName}\`: name others beside it where \`--instance-name\` does. AMIs and snapshots are those of publications; those that the Go tool made have no such tag, and need a condition on a tag that they have. \`packages/cli/test/iam-operator.test.ts\` runs every command under this policy alone.`,
  statements: [
    may(
      'Look',
      [
        'ec2:DescribeImages',
        'ec2:DescribeInstances',
        'ec2:DescribeKeyPairs',
        'ec2:DescribeRegions',
        'ec2:DescribeSecurityGroups',
        'ec2:DescribeSnapshots',
        'ec2:DescribeSubnets',
        'ec2:DescribeVolumes',
        'ec2:DescribeVpcs',
      ],
      '*',
      'Sees what there is.',
    ),
    may(
      'OperateInstances',
      [
        'ec2:AttachVolume',
        'ec2:CreateTags',
        'ec2:DeleteTags',
        'ec2:DetachVolume',
        'ec2:ModifyInstanceAttribute',
        'ec2:StartInstances',
        'ec2:StopInstances',
        'ec2:TerminateInstances',
      ],
      arns.instance,
      'Starts, stops, terminates and tags unpackers, and gives them volumes.',
      onUnpackers,
    ),
    may('LaunchInstances', ['ec2:RunInstances'], arns.instance, 'Launches instances of that name.', {
      StringEquals: { 'aws:RequestTag/Name': unpackerName },
      StringLike: madeByOperation,
    }),
    may(
      'LaunchInto',
      ['ec2:RunInstances'],
      [arns.image, arns.keyPair, arns.networkInterface, arns.securityGroup, arns.subnet, arns.volume],
      'What an instance is launched of and into; name your VPC by `ec2:Vpc`, and who owns your AMIs by `ec2:Owner`, to narrow it.',
    ),
    may('MakeVolumes', ['ec2:CreateVolume'], arns.volume, 'Creates volumes that are encrypted and gp3.', {
      Bool: { 'ec2:Encrypted': 'true' },
      StringEquals: { 'ec2:VolumeType': 'gp3' },
      StringLike: madeByOperation,
    }),
    may(
      'UseVolumes',
      ['ec2:AttachVolume', 'ec2:DeleteVolume', 'ec2:DetachVolume', 'ec2:ModifyInstanceAttribute'],
      arns.volume,
      'Works on the volumes that publications and operations have made, and on no root volume.',
      ofUs,
    ),
    may('ImportKeyPairs', ['ec2:ImportKeyPair'], arns.keyPair, 'Imports key pairs.', {
      StringLike: madeByOperation,
    }),
    may(
      'ReplaceKeyPairs',
      ['ec2:DeleteKeyPair'],
      arns.keyPair,
      'Deletes the pair that `--replace` replaces, which anybody may have imported, and what an undo takes back. Without `--replace` the condition `aws:ResourceTag/ami-publisher:publication` like `op-*` is enough.',
    ),
    may(
      'TagWhatIsMade',
      ['ec2:CreateTags'],
      [arns.instance, arns.keyPair, arns.volume],
      'Tags in the creating call only.',
      { StringEquals: { 'ec2:CreateAction': ['CreateVolume', 'ImportKeyPair', 'RunInstances'] } },
    ),
    may(
      'UseImages',
      [
        'ec2:CreateTags',
        'ec2:DeleteTags',
        'ec2:DeregisterImage',
        'ec2:DescribeImageAttribute',
        'ec2:DisableImage',
        'ec2:EnableImage',
        'ec2:ModifyImageAttribute',
      ],
      arns.image,
      'Tags, disables and deregisters AMIs; an undo enables them again, with their launch permissions.',
      ofPublication,
    ),
    may(
      'UseSnapshots',
      ['ec2:CreateTags', 'ec2:DeleteSnapshot', 'ec2:DeleteTags'],
      arns.snapshot,
      'Tags and deletes their snapshots.',
      ofPublication,
    ),
    may(
      'RestoreImages',
      ['ec2:RestoreImageFromRecycleBin'],
      arns.image,
      'Undoes a deletion, as far as Recycle Bin has kept it.',
    ),
    may('RestoreSnapshots', ['ec2:RestoreSnapshotFromRecycleBin'], arns.snapshot, 'The same for snapshots.'),
    may(
      'Expire',
      ['ec2:TerminateInstances'],
      arns.instance,
      'Ends instances with an expiry, of whatever name.',
      withExpiry,
    ),
    may('ExpireVolumes', ['ec2:DeleteVolume'], arns.volume, 'Deletes volumes with an expiry.', withExpiry),
  ],
};

const retiring = [
  'ec2:CreateTags',
  'ec2:DeleteTags',
  'ec2:DescribeImageAttribute',
  'ec2:DescribeImages',
  'ec2:DescribeSnapshots',
  'ec2:DisableImage',
  'ec2:EnableImage',
  'ec2:ModifyImageAttribute',
] as const;
const deleting = ['ec2:DeleteSnapshot', 'ec2:DeregisterImage'] as const;
const restoring = ['ec2:RestoreImageFromRecycleBin', 'ec2:RestoreSnapshotFromRecycleBin'] as const;
const launching = [
  'ec2:CreateTags',
  'ec2:DescribeImages',
  'ec2:DescribeInstances',
  'ec2:DescribeSecurityGroups',
  'ec2:DescribeSubnets',
  'ec2:DescribeVolumes',
  'ec2:DescribeVpcs',
  'ec2:RunInstances',
  'ec2:TerminateInstances',
] as const;

/** By command, the actions that it may call, also when it is undone, beside `ec2:DescribeRegions`. */
export const operatorActions: Readonly<Record<string, readonly string[]>> = {
  'add-volumes': [
    'ec2:AttachVolume',
    'ec2:CreateTags',
    'ec2:CreateVolume',
    'ec2:DeleteVolume',
    'ec2:DescribeInstances',
    'ec2:DescribeVolumes',
    'ec2:DetachVolume',
    'ec2:ModifyInstanceAttribute',
    'ec2:StartInstances',
  ],
  delete: [...retiring, ...deleting, ...restoring],
  'delete-tags': ['ec2:CreateTags', 'ec2:DeleteTags', 'ec2:DescribeImages', 'ec2:DescribeSnapshots'],
  'delete-tags-on-unpackers': ['ec2:CreateTags', 'ec2:DeleteTags', 'ec2:DescribeInstances'],
  expire: [
    ...deleting,
    ...restoring,
    'ec2:DeleteTags',
    'ec2:DeleteVolume',
    'ec2:DescribeImageAttribute',
    'ec2:DescribeImages',
    'ec2:DescribeInstances',
    'ec2:DescribeSnapshots',
    'ec2:DescribeVolumes',
    'ec2:EnableImage',
    'ec2:ModifyImageAttribute',
    'ec2:TerminateInstances',
  ],
  'import-key-pair': ['ec2:CreateTags', 'ec2:DeleteKeyPair', 'ec2:DescribeKeyPairs', 'ec2:ImportKeyPair'],
  'launch-instances': launching,
  'launch-instances-for-images': launching,
  'list-images': ['ec2:DescribeImages'],
  'remove-unused-volumes': [
    'ec2:DeleteVolume',
    'ec2:DescribeInstances',
    'ec2:DescribeVolumes',
    'ec2:DetachVolume',
  ],
  'set-exclusive-tags': ['ec2:CreateTags', 'ec2:DeleteTags', 'ec2:DescribeImages'],
  'set-tags-on-unpackers': ['ec2:CreateTags', 'ec2:DeleteTags', 'ec2:DescribeInstances'],
  'start-instances': ['ec2:DescribeInstances', 'ec2:StartInstances', 'ec2:StopInstances'],
  'stop-idle-unpackers': ['ec2:DescribeInstances', 'ec2:StartInstances', 'ec2:StopInstances'],
  'terminate-instances': [
    'ec2:DescribeInstances',
    'ec2:DescribeVolumes',
    'ec2:ModifyInstanceAttribute',
    'ec2:TerminateInstances',
  ],
};
