import { type ExplainedPolicy, may } from './policy.js';
import { arns, madeByOperation, ofOperation } from './resources.js';

/** For `copy-bootstrap-image`. */
export const bootstrapPolicy: ExplainedPolicy = {
  title: 'The first AMI of a stream',
  about:
    'For `copy-bootstrap-image`, in the accounts that it copies from and in those that it copies to. Between accounts the policy of the source key has to let the other account use it, too ([EBS user guide](https://docs.aws.amazon.com/ebs/latest/userguide/share-kms-key.html)), and the role there needs the statements of [a customer managed KMS key](#a-customer-managed-kms-key) for it; with `--transfer-key`, the role at the source needs them for that key. `test/e2e/bootstrap.test.ts` runs under these statements alone.',
  statements: [
    may(
      'FindFirstImages',
      ['ec2:DescribeImages', 'ec2:DescribeRegions', 'ec2:DescribeSnapshots'],
      '*',
      'Sees which targets have an AMI of the stream, and how far copies are.',
    ),
    may(
      'ShareWhileCopying',
      ['ec2:DescribeSnapshotAttribute', 'ec2:ModifySnapshotAttribute'],
      arns.snapshot,
      'Lets the account of a target at a snapshot until it is copied; not needed within an account. Whoever has it can share any snapshot: leave it to the accounts that images come from.',
    ),
    may(
      'SeeKeys',
      ['kms:DescribeKey'],
      'arn:aws:kms:*:*:key/*',
      "Sees whether a snapshot's key can be used by the other account, from both sides; not needed within an account.",
    ),
    may('CopySnapshots', ['ec2:CopySnapshot'], arns.snapshot, 'Copies; AWS asks it for the source as well.'),
    may(
      'RegisterCopies',
      ['ec2:RegisterImage'],
      arns.image,
      'Registers AMIs that are tagged with their operation.',
      { StringLike: madeByOperation },
    ),
    may(
      'UseCopies',
      ['ec2:DeleteSnapshot', 'ec2:RegisterImage'],
      arns.snapshot,
      'Registers copies, and deletes them when the operation is undone.',
      ofOperation,
    ),
    may(
      'TakeCopiesBack',
      ['ec2:DeregisterImage', 'ec2:DescribeImageAttribute'],
      arns.image,
      'Undoes the registration.',
      ofOperation,
    ),
    may('TagCopies', ['ec2:CreateTags'], [arns.image, arns.snapshot], 'Tags in the creating call only.', {
      StringEquals: { 'ec2:CreateAction': ['CopySnapshot', 'RegisterImage'] },
    }),
  ],
};
