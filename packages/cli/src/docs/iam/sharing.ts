import { tagKeys } from '@ami-publisher/core';
import type { ExplainedPolicy } from './policy.js';

const image = 'arn:aws:ec2:*::image/*';
const snapshot = 'arn:aws:ec2:*::snapshot/*';
const key = 'arn:aws:kms:*:*:key/*';

/** For `share` and `unshare`, and beside the publishers' for `publish --share-with`. */
export const sharingPolicy: ExplainedPolicy = {
  title: 'Sharing AMIs',
  about:
    'For `share` and `unshare` ([sharing](sharing.md)), in the account that owns the AMIs; beside the policy for publishers also for `publish` with `--share-with` or `--sharing-account`, without `GrantKeys`. The policy of each key must let the role, or IAM policies of its account, grant the actions on keys. Leave out `GrantKeys` if nobody is to use `--grant`. `test/e2e/sharing.test.ts` runs under these statements.',
  statements: [
    {
      statement: {
        Sid: 'SeeImages',
        Effect: 'Allow',
        Action: ['ec2:DescribeImages', 'ec2:DescribeRegions', 'ec2:DescribeSnapshots'],
        Resource: '*',
      },
      why: 'Sees AMIs, their snapshots, and which keys these have.',
    },
    {
      statement: {
        Sid: 'ShareImages',
        Effect: 'Allow',
        Action: ['ec2:DescribeImageAttribute', 'ec2:ModifyImageAttribute'],
        Resource: image,
      },
      why: 'Sees and changes who may launch an AMI. Narrow it by tags, or by `ec2:Add/userId`, to those that may ever be shared with.',
    },
    {
      statement: {
        Sid: 'ShareSnapshots',
        Effect: 'Allow',
        Action: ['ec2:DescribeSnapshotAttribute', 'ec2:ModifySnapshotAttribute'],
        Resource: snapshot,
      },
      why: 'Sees and changes who may copy a snapshot.',
    },
    {
      statement: {
        Sid: 'SeeKeys',
        Effect: 'Allow',
        Action: ['kms:DescribeKey', 'kms:GetKeyPolicy', 'kms:ListGrants'],
        Resource: key,
      },
      why: 'Sees whether the others could use the key of a snapshot, before anything is shared.',
    },
    {
      statement: {
        Sid: 'GrantKeys',
        Effect: 'Allow',
        Action: ['kms:CreateGrant', 'kms:RevokeGrant'],
        Resource: key,
      },
      why: 'Makes the grants of `--grant`, and revokes them when that is undone.',
    },
  ],
};

/** For the accounts that have their AMIs from a sharing account. */
export const consumerPolicy: ExplainedPolicy = {
  title: 'AMIs of a sharing account',
  about:
    'For `publish --sharing-account`, in the accounts that the AMIs are shared with. `test/e2e/sharing.test.ts` runs under these statements alone.',
  statements: [
    {
      statement: {
        Sid: 'SeeSharedImages',
        Effect: 'Allow',
        Action: ['ec2:DescribeImages', 'ec2:DescribeRegions'],
        Resource: '*',
      },
      why: 'Waits until the AMI can be seen.',
    },
    {
      statement: {
        Sid: 'SeeSharedKeys',
        Effect: 'Allow',
        Action: ['kms:DescribeKey'],
        Resource: 'arn:aws:kms:*:*:key/*',
      },
      why: 'Sees whether the key of the AMI lets the account in.',
    },
    {
      statement: {
        Sid: 'TagSharedImages',
        Effect: 'Allow',
        Action: ['ec2:CreateTags'],
        Resource: image,
        Condition: { StringLike: { [`aws:RequestTag/${tagKeys.publication}`]: 'pub-*' } },
      },
      why: 'Tags the AMI for this account; the owner does not see these tags.',
    },
  ],
};
