import { bootstrapPolicy } from './bootstrap.js';
import { copierPolicy } from './copier.js';
import { imageBuilderPolicy } from './image-builder.js';
import { lifecyclePolicy } from './lifecycle.js';
import type { ExplainedPolicy } from './policy.js';
import { consumerPolicy, sharingPolicy } from './sharing.js';
import { usagePolicy } from './usage.js';

/** Statements to add to the publishers' policy where a feature is used, one entry a feature. Words in capitals are for the reader to replace. */
export const extras: readonly ExplainedPolicy[] = [
  {
    title: 'A customer managed KMS key',
    about:
      'With `--kms-key` or `kmsKey`. Volumes of the default key `aws/ebs` need none of this: its key policy lets everybody in the account use it through EC2. The key policy must let the role, or IAM policies of its account, grant this ([EBS user guide](https://docs.aws.amazon.com/ebs/latest/userguide/ebs-encryption-requirements.html), [KMS developer guide](https://docs.aws.amazon.com/kms/latest/developerguide/services-ebs.html)).',
    statements: [
      {
        statement: {
          Sid: 'UseKey',
          Effect: 'Allow',
          Action: [
            'kms:Decrypt',
            'kms:DescribeKey',
            'kms:GenerateDataKeyWithoutPlaintext',
            'kms:ReEncryptFrom',
            'kms:ReEncryptTo',
          ],
          Resource: 'arn:aws:kms:*:ACCOUNT:key/KEY-ID',
          Condition: { StringLike: { 'kms:ViaService': 'ec2.*.amazonaws.com' } },
        },
        why: 'EC2 makes the data key of a new volume (CreateVolume: `GenerateDataKeyWithoutPlaintext`) and reads it (AttachVolume, StartInstances: `Decrypt`) in the name of the caller. CreateSnapshot and RegisterImage go on with the data key of the volume; no KMS call is documented for them. AWS lists `ReEncrypt*` among what EBS encryption needs as a whole.',
      },
      {
        statement: {
          Sid: 'LendKeyToInstances',
          Effect: 'Allow',
          Action: ['kms:CreateGrant'],
          Resource: 'arn:aws:kms:*:ACCOUNT:key/KEY-ID',
          Condition: {
            Bool: { 'kms:GrantIsForAWSResource': 'true' },
            StringLike: { 'kms:ViaService': 'ec2.*.amazonaws.com' },
          },
        },
        why: 'AttachVolume, and StartInstances of an unpacker with such volumes, let the instance read the data key, by a grant that only an AWS service may make.',
      },
    ],
  },
  {
    title: 'An instance profile',
    about:
      'On top of the policy for operators, with `--instance-profile` of `launch-instances` and `launch-instances-for-images`; on top of that for lifecycle events, where a product has `instance.profile`. `packages/cli/test/iam-operator.test.ts` and `packages/orchestrator/test/executors.test.ts` run under this statement, and are denied without it.',
    statements: [
      {
        statement: {
          Sid: 'PassRole',
          Effect: 'Allow',
          Action: ['iam:PassRole'],
          Resource: 'arn:aws:iam::ACCOUNT:role/ROLE',
          Condition: { StringEquals: { 'iam:PassedToService': 'ec2.amazonaws.com' } },
        },
        why: 'Gives the instance the role of its profile.',
      },
    ],
  },
  {
    title: 'A parameter that names the newest AMI',
    about:
      'With `--ssm-parameter`. A parameter of the type `aws:ec2:image` also has AWS look at the AMI in the name of the caller, by `ec2:DescribeImages`, which the policy for publishers has.',
    statements: [
      {
        statement: {
          Sid: 'SetParameters',
          Effect: 'Allow',
          Action: ['ssm:DeleteParameter', 'ssm:GetParameters', 'ssm:PutParameter'],
          Resource: 'arn:aws:ssm:*:*:parameter/IMAGES/*',
        },
        why: 'Reads what the parameter holds, writes the new AMI, and gives it its former value, or none, in a rollback.',
      },
    ],
  },
  {
    title: 'Session Manager',
    about:
      'With the connector `ssm` ([connectors](connectors.md)). `test/e2e/connectors.test.ts` runs under these statements. If the plugin is to take a session up again after a network failure, add `ssm:ResumeSession` beside `ssm:TerminateSession`.',
    statements: [
      {
        statement: {
          Sid: 'ReachUnpackers',
          Effect: 'Allow',
          Action: ['ssm:StartSession'],
          Resource: 'arn:aws:ec2:*:*:instance/*',
          Condition: { StringEquals: { 'aws:ResourceTag/Name': 'ImageUnpacker' } },
        },
        why: 'Opens sessions to unpackers, and to no other instance.',
      },
      {
        statement: {
          Sid: 'ForwardPorts',
          Effect: 'Allow',
          Action: ['ssm:StartSession'],
          Resource: 'arn:aws:ssm:*:*:document/AWS-StartPortForwardingSession',
        },
        why: 'The sessions forward a port; without this document they would be shells.',
      },
      {
        statement: {
          Sid: 'EndSessions',
          Effect: 'Allow',
          Action: ['ssm:TerminateSession'],
          Resource: 'arn:aws:ssm:*:*:session/*',
        },
        why: "Ends them. A session's id begins with the name of the role's session, which narrows this where a role is assumed by name: `session/ami-publisher-*`.",
      },
    ],
  },
  {
    title: 'Unpackers of Go',
    about:
      'With `protocol: srpc`, or `auto` where it finds such unpackers ([existing estates](existing-estates.md)). `test/e2e/protocols.test.ts` runs under these statements.',
    statements: [
      {
        statement: {
          Sid: 'LockStreams',
          Effect: 'Allow',
          Action: ['ec2:CreateTags', 'ec2:DeleteTags'],
          Resource: 'arn:aws:ec2:*:*:instance/*',
          Condition: {
            StringEquals: { 'aws:ResourceTag/Name': 'ImageUnpacker' },
            Null: { 'aws:TagKeys': 'false' },
            'ForAllValues:StringLike': { 'aws:TagKeys': ['ami-publisher:lock:*'] },
          },
        },
        why: 'These unpackers know of no leases: tags of their instances stand for them, and no other tag may be written.',
      },
    ],
  },
  {
    title: 'Journals in S3',
    about:
      'With `--journal s3://BUCKET/PREFIX` ([journals](journals.md)), for the identity that the command itself runs as. `test/e2e/recovery.test.ts` runs under these statements.',
    statements: [
      {
        statement: {
          Sid: 'KeepJournals',
          Effect: 'Allow',
          Action: ['s3:GetObject', 's3:PutObject'],
          Resource: 'arn:aws:s3:::BUCKET/PREFIX/*',
        },
        why: 'Reads and writes journals. Nothing is deleted.',
      },
      {
        statement: {
          Sid: 'ListJournals',
          Effect: 'Allow',
          Action: ['s3:ListBucket'],
          Resource: 'arn:aws:s3:::BUCKET',
        },
        why: 'Finds journals and their segments, and tells a journal that is not there from one that is not allowed.',
      },
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
