import { tagKeys } from '@ami-publisher/core';
import { type ExplainedPolicy, may } from './policy.js';
import { arns } from './resources.js';

const key = 'arn:aws:kms:*:*:key/*';

/** For `share` and `unshare`, and beside the publishers' for `publish --share-with`. */
export const sharingPolicy: ExplainedPolicy = {
  title: 'Sharing AMIs',
  about:
    'For `share` and `unshare` ([sharing](sharing.md)), in the account that owns the AMIs; beside the policy for publishers also for `publish` with `--share-with` or `--sharing-account`, without `GrantKeys`. The policy of each key must let the role, or IAM policies of its account, grant the actions on keys. Leave out `GrantKeys` if nobody is to use `--grant`. `test/e2e/sharing.test.ts` runs under these statements.',
  statements: [
    may(
      'SeeImages',
      ['ec2:DescribeImages', 'ec2:DescribeRegions', 'ec2:DescribeSnapshots'],
      '*',
      'Sees AMIs, their snapshots, and which keys these have.',
    ),
    may(
      'ShareImages',
      ['ec2:DescribeImageAttribute', 'ec2:ModifyImageAttribute'],
      arns.image,
      'Sees and changes who may launch an AMI. Narrow it by tags, or by `ec2:Add/userId`, to those that may ever be shared with.',
    ),
    may(
      'ShareSnapshots',
      ['ec2:DescribeSnapshotAttribute', 'ec2:ModifySnapshotAttribute'],
      arns.snapshot,
      'Sees and changes who may copy a snapshot.',
    ),
    may(
      'SeeKeys',
      ['kms:DescribeKey', 'kms:GetKeyPolicy', 'kms:ListGrants'],
      key,
      'Sees whether the others could use the key of a snapshot, before anything is shared.',
    ),
    may(
      'GrantKeys',
      ['kms:CreateGrant', 'kms:RevokeGrant'],
      key,
      'Makes the grants of `--grant`, and revokes them when that is undone.',
    ),
  ],
};

/** For the accounts that have their AMIs from a sharing account. */
export const consumerPolicy: ExplainedPolicy = {
  title: 'AMIs of a sharing account',
  about:
    'For `publish --sharing-account`, in the accounts that the AMIs are shared with. `test/e2e/sharing.test.ts` runs under these statements alone.',
  statements: [
    may(
      'SeeSharedImages',
      ['ec2:DescribeImages', 'ec2:DescribeRegions'],
      '*',
      'Waits until the AMI can be seen.',
    ),
    may(
      'SeeSharedKeys',
      ['kms:DescribeKey'],
      'arn:aws:kms:*:*:key/*',
      'Sees whether the key of the AMI lets the account in.',
    ),
    may(
      'TagSharedImages',
      ['ec2:CreateTags'],
      arns.image,
      'Tags the AMI for this account; the owner does not see these tags.',
      { StringLike: { [`aws:RequestTag/${tagKeys.publication}`]: 'pub-*' } },
    ),
  ],
};
