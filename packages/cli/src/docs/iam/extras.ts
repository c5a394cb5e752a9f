import { bootstrapPolicy } from './bootstrap.js';
import { copierPolicy } from './copier.js';
import { imageBuilderPolicy } from './image-builder.js';
import { lifecyclePolicy } from './lifecycle.js';
import { type ExplainedPolicy, may } from './policy.js';
import { arns } from './resources.js';
import { consumerPolicy, sharingPolicy } from './sharing.js';
import { usagePolicy } from './usage.js';

/** Statements to add to the publishers' policy where a feature is used, one entry a feature. Words in capitals are for the reader to replace. */
export const extras: readonly ExplainedPolicy[] = [
  {
    title: 'A customer managed KMS key',
    about:
      'With `--kms-key` or `kmsKey`. Volumes of the default key `aws/ebs` need none of this: its key policy lets everybody in the account use it through EC2. The key policy must let the role, or IAM policies of its account, grant this ([EBS user guide](https://docs.aws.amazon.com/ebs/latest/userguide/ebs-encryption-requirements.html), [KMS developer guide](https://docs.aws.amazon.com/kms/latest/developerguide/services-ebs.html)).',
    statements: [
      may(
        'UseKey',
        [
          'kms:Decrypt',
          'kms:DescribeKey',
          'kms:GenerateDataKeyWithoutPlaintext',
          'kms:ReEncryptFrom',
          'kms:ReEncryptTo',
        ],
        'arn:aws:kms:*:ACCOUNT:key/KEY-ID',
        'EC2 makes the data key of a new volume (CreateVolume: `GenerateDataKeyWithoutPlaintext`) and reads it (AttachVolume, StartInstances: `Decrypt`) in the name of the caller. CreateSnapshot and RegisterImage go on with the data key of the volume; no KMS call is documented for them. AWS lists `ReEncrypt*` among what EBS encryption needs as a whole.',
        { StringLike: { 'kms:ViaService': 'ec2.*.amazonaws.com' } },
      ),
      may(
        'LendKeyToInstances',
        ['kms:CreateGrant'],
        'arn:aws:kms:*:ACCOUNT:key/KEY-ID',
        'AttachVolume, and StartInstances of an unpacker with such volumes, let the instance read the data key, by a grant that only an AWS service may make.',
        {
          Bool: { 'kms:GrantIsForAWSResource': 'true' },
          StringLike: { 'kms:ViaService': 'ec2.*.amazonaws.com' },
        },
      ),
    ],
  },
  {
    title: 'An instance profile',
    about:
      'On top of the policy for operators, with `--instance-profile` of `launch-instances` and `launch-instances-for-images`; on top of that for lifecycle events, where a product has `instance.profile`. `packages/cli/test/iam-operator.test.ts` and `packages/orchestrator/test/executors.test.ts` run under this statement, and are denied without it.',
    statements: [
      may(
        'PassRole',
        ['iam:PassRole'],
        'arn:aws:iam::ACCOUNT:role/ROLE',
        'Gives the instance the role of its profile.',
        { StringEquals: { 'iam:PassedToService': 'ec2.amazonaws.com' } },
      ),
    ],
  },
  {
    title: 'A parameter that names the newest AMI',
    about:
      'With `--ssm-parameter`. A parameter of the type `aws:ec2:image` also has AWS look at the AMI in the name of the caller, by `ec2:DescribeImages`, which the policy for publishers has.',
    statements: [
      may(
        'SetParameters',
        ['ssm:DeleteParameter', 'ssm:GetParameters', 'ssm:PutParameter'],
        'arn:aws:ssm:*:*:parameter/IMAGES/*',
        'Reads what the parameter holds, writes the new AMI, and gives it its former value, or none, in a rollback.',
      ),
    ],
  },
  {
    title: 'Session Manager',
    about:
      'With the connector `ssm` ([connectors](connectors.md)). `test/e2e/connectors.test.ts` runs under these statements. If the plugin is to take a session up again after a network failure, add `ssm:ResumeSession` beside `ssm:TerminateSession`.',
    statements: [
      may(
        'ReachUnpackers',
        ['ssm:StartSession'],
        arns.instance,
        'Opens sessions to unpackers, and to no other instance.',
        { StringEquals: { 'aws:ResourceTag/Name': 'ImageUnpacker' } },
      ),
      may(
        'ForwardPorts',
        ['ssm:StartSession'],
        'arn:aws:ssm:*:*:document/AWS-StartPortForwardingSession',
        'The sessions forward a port; without this document they would be shells.',
      ),
      may(
        'EndSessions',
        ['ssm:TerminateSession'],
        'arn:aws:ssm:*:*:session/*',
        "Ends them. A session's id begins with the name of the role's session, which narrows this where a role is assumed by name: `session/ami-publisher-*`.",
      ),
    ],
  },
  {
    title: 'Unpackers of Go',
    about:
      'With `protocol: srpc`, or `auto` where it finds such unpackers ([existing estates](existing-estates.md)). `test/e2e/protocols.test.ts` runs under these statements.',
    statements: [
      may(
        'LockStreams',
        ['ec2:CreateTags', 'ec2:DeleteTags'],
        arns.instance,
        'These unpackers know of no leases: tags of their instances stand for them, and no other tag may be written.',
        {
          StringEquals: { 'aws:ResourceTag/Name': 'ImageUnpacker' },
          Null: { 'aws:TagKeys': 'false' },
          'ForAllValues:StringLike': { 'aws:TagKeys': ['ami-publisher:lock:*'] },
        },
      ),
    ],
  },
  {
    title: 'Journals in S3',
    about:
      'With `--journal s3://BUCKET/PREFIX` ([journals](journals.md)), for the identity that the command itself runs as. `test/e2e/recovery.test.ts` runs under these statements.',
    statements: [
      may(
        'KeepJournals',
        ['s3:GetObject', 's3:PutObject'],
        'arn:aws:s3:::BUCKET/PREFIX/*',
        'Reads and writes journals. Nothing is deleted.',
      ),
      may(
        'ListJournals',
        ['s3:ListBucket'],
        'arn:aws:s3:::BUCKET',
        'Finds journals and their segments, and tells a journal that is not there from one that is not allowed.',
      ),
    ],
  },
  bootstrapPolicy,
  copierPolicy,
  sharingPolicy,
  consumerPolicy,
  usagePolicy,
  lifecyclePolicy,
  imageBuilderPolicy,
];
