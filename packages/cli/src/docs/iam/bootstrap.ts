import { tagKeys } from '@ami-publisher/core';
import type { ExplainedPolicy } from './policy.js';

const image = 'arn:aws:ec2:*::image/*';
const snapshot = 'arn:aws:ec2:*::snapshot/*';
/** As ids of operations begin. */
const ofOperation = { StringLike: { [`aws:ResourceTag/${tagKeys.publication}`]: 'op-*' } };

/** For `copy-bootstrap-image`. */
export const bootstrapPolicy: ExplainedPolicy = {
  title: 'The first AMI of a stream',
  about:
    'For `copy-bootstrap-image`, in the accounts that it copies from and in those that it copies to. Between accounts the policy of the source key has to let the other account use it, too ([EBS user guide](https://docs.aws.amazon.com/ebs/latest/userguide/share-kms-key.html)), and the role there needs the statements of [a customer managed KMS key](#a-customer-managed-kms-key) for it; with `--transfer-key`, the role at the source needs them for that key. `test/e2e/bootstrap.test.ts` runs under these statements alone.',
  statements: [
    {
      statement: {
        Sid: 'FindFirstImages',
        Effect: 'Allow',
        Action: ['ec2:DescribeImages', 'ec2:DescribeRegions', 'ec2:DescribeSnapshots'],
        Resource: '*',
      },
      why: 'Sees which targets have an AMI of the stream, and how far copies are.',
    },
    {
      statement: {
        Sid: 'ShareWhileCopying',
        Effect: 'Allow',
        Action: ['ec2:DescribeSnapshotAttribute', 'ec2:ModifySnapshotAttribute'],
        Resource: snapshot,
      },
      why: 'Lets the account of a target at a snapshot until it is copied; not needed within an account. Whoever has it can share any snapshot: leave it to the accounts that images come from.',
    },
    {
      statement: {
        Sid: 'SeeKeys',
        Effect: 'Allow',
        Action: ['kms:DescribeKey'],
        Resource: 'arn:aws:kms:*:*:key/*',
      },
      why: "Sees whether a snapshot's key can be used by the other account, from both sides; not needed within an account.",
    },
    {
      statement: {
        Sid: 'CopySnapshots',
        Effect: 'Allow',
        Action: ['ec2:CopySnapshot'],
        Resource: snapshot,
      },
      why: 'Copies; AWS asks it for the source as well.',
    },
    {
      statement: {
        Sid: 'RegisterCopies',
        Effect: 'Allow',
        Action: ['ec2:RegisterImage'],
        Resource: image,
        Condition: { StringLike: { [`aws:RequestTag/${tagKeys.publication}`]: 'op-*' } },
      },
      why: 'Registers AMIs that are tagged with their operation.',
    },
    {
      statement: {
        Sid: 'UseCopies',
        Effect: 'Allow',
        Action: ['ec2:DeleteSnapshot', 'ec2:RegisterImage'],
        Resource: snapshot,
        Condition: ofOperation,
      },
      why: 'Registers copies, and deletes them when the operation is undone.',
    },
    {
      statement: {
        Sid: 'TakeCopiesBack',
        Effect: 'Allow',
        Action: ['ec2:DeregisterImage', 'ec2:DescribeImageAttribute'],
        Resource: image,
        Condition: ofOperation,
      },
      why: 'Undoes the registration.',
    },
    {
      statement: {
        Sid: 'TagCopies',
        Effect: 'Allow',
        Action: ['ec2:CreateTags'],
        Resource: [image, snapshot],
        Condition: { StringEquals: { 'ec2:CreateAction': ['CopySnapshot', 'RegisterImage'] } },
      },
      why: 'Tags in the creating call only.',
    },
  ],
};
