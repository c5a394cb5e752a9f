import { tagKeys } from '@ami-publisher/core';
import type { ExplainedPolicy } from './policy.js';

const image = 'arn:aws:ec2:*::image/*';
const usageReport = 'arn:aws:ec2:*:*:image-usage-report/*';

/** For `list-used-images`, `list-unused-images` and `delete-unused-images`. */
export const usagePolicy: ExplainedPolicy = {
  title: 'Used and unused AMIs',
  about:
    'For `list-used-images`, `list-unused-images` and `delete-unused-images`; the first three statements are enough to list without `--usage-reports`, and `--now` and the undo of it need `UseImages`, `UseSnapshots` and the two statements for restoring of the [policy for operators](#policy-for-operators) as well. What is denied counts as a use of every AMI, so that nothing goes for want of a permission; but for reports that are there already, which are only read without `--usage-reports`: that is a notice. AWS looks for recipes of Image Builder in the name of the caller: attach its managed policy `AmazonEC2ImageReferencesAccessPolicy` as well, which the sandbox does not ask for. `test/e2e/usage.test.ts` runs under these statements alone.',
  statements: [
    {
      statement: {
        Sid: 'SeeUses',
        Effect: 'Allow',
        Action: [
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
        Resource: '*',
      },
      why: 'Sees AMIs, and what may use them.',
    },
    {
      statement: {
        Sid: 'ReadParameters',
        Effect: 'Allow',
        Action: ['ssm:GetParameters'],
        Resource: 'arn:aws:ssm:*:*:parameter/*',
      },
      why: 'Sees which parameters name an AMI. Values of the type `SecureString` are never asked for.',
    },
    {
      statement: {
        Sid: 'SeePermissions',
        Effect: 'Allow',
        Action: ['ec2:DescribeImageAttribute'],
        Resource: image,
      },
      why: 'Sees who else may launch an AMI.',
    },
    {
      statement: {
        Sid: 'MakeUsageReports',
        Effect: 'Allow',
        Action: ['ec2:CreateImageUsageReport'],
        Resource: [image, usageReport],
      },
      why: 'For `--usage-reports`: has AWS report which other accounts use an AMI.',
    },
    {
      statement: {
        Sid: 'DeleteUsageReports',
        Effect: 'Allow',
        Action: ['ec2:DeleteImageUsageReport'],
        Resource: usageReport,
      },
      why: 'Deletes the report again.',
    },
    {
      statement: {
        Sid: 'RetireImages',
        Effect: 'Allow',
        Action: ['ec2:DisableImage', 'ec2:EnableImage', 'ec2:ModifyImageAttribute'],
        Resource: image,
      },
      why: 'Disables AMIs that nothing uses; `operations undo` enables them, and gives their launch permissions back.',
    },
    {
      statement: {
        Sid: 'TagRetiredImages',
        Effect: 'Allow',
        Action: ['ec2:CreateTags', 'ec2:DeleteTags'],
        Resource: image,
        Condition: { 'ForAllValues:StringEquals': { 'aws:TagKeys': [tagKeys.deleteAfter] } },
      },
      why: 'Writes when they may be deleted, and takes that back.',
    },
  ],
};
