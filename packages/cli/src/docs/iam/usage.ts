import { tagKeys } from '@ami-publisher/core';
import { type ExplainedPolicy, may } from './policy.js';
import { arns } from './resources.js';

/** For `list-used-images`, `list-unused-images` and `delete-unused-images`. */
export const usagePolicy: ExplainedPolicy = {
  title: 'Used and unused AMIs',
  about:
    'For `list-used-images`, `list-unused-images` and `delete-unused-images`; the first three statements are enough to list without `--usage-reports`, and `--now` and the undo of it need `UseImages`, `UseSnapshots` and the two statements for restoring of the [policy for operators](#policy-for-operators) as well. What is denied counts as a use of every AMI, so that nothing goes for want of a permission; but for reports that are there already, which are only read without `--usage-reports`: that is a notice. AWS looks for recipes of Image Builder in the name of the caller: attach its managed policy `AmazonEC2ImageReferencesAccessPolicy` as well, which the sandbox does not ask for. `test/e2e/usage.test.ts` runs under these statements alone.',
  statements: [
    may(
      'SeeUses',
      [
        'autoscaling:DescribeAutoScalingGroups',
        'autoscaling:DescribeLaunchConfigurations',
        'ec2:DescribeImageReferences',
        'ec2:DescribeImageUsageReportEntries',
        'ec2:DescribeImageUsageReports',
        'ec2:DescribeImages',
        'ec2:DescribeInstances',
        'ec2:DescribeLaunchTemplateVersions',
        'ec2:DescribeLaunchTemplates',
        'ec2:DescribeRegions',
        'ssm:DescribeParameters',
      ],
      '*',
      'Sees AMIs, and what may use them.',
    ),
    may(
      'ReadParameters',
      ['ssm:GetParameters'],
      'arn:aws:ssm:*:*:parameter/*',
      'Sees which parameters name an AMI. Values of the type `SecureString` are never asked for.',
    ),
    may('SeePermissions', ['ec2:DescribeImageAttribute'], arns.image, 'Sees who else may launch an AMI.'),
    may(
      'MakeUsageReports',
      ['ec2:CreateImageUsageReport'],
      [arns.image, arns.usageReport],
      'For `--usage-reports`: has AWS report which other accounts use an AMI.',
    ),
    may('DeleteUsageReports', ['ec2:DeleteImageUsageReport'], arns.usageReport, 'Deletes the report again.'),
    may(
      'RetireImages',
      ['ec2:DisableImage', 'ec2:EnableImage', 'ec2:ModifyImageAttribute'],
      arns.image,
      'Disables AMIs that nothing uses; `operations undo` enables them, and gives their launch permissions back.',
    ),
    may(
      'TagRetiredImages',
      ['ec2:CreateTags', 'ec2:DeleteTags'],
      arns.image,
      'Writes when they may be deleted, and takes that back.',
      { 'ForAllValues:StringEquals': { 'aws:TagKeys': [tagKeys.deleteAfter] } },
    ),
  ],
};
