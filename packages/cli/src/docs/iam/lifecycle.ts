import { type ExplainedPolicy, may } from './policy.js';
import { arns } from './resources.js';

/** As `workTags` of the orchestrator makes them. */
const attempt = 'ami-lifecycle:attempt';
const ofAttempt = { Null: { [`aws:ResourceTag/${attempt}`]: 'false' } };

/** For what lifecycle events do in AWS, on top of the publishers'. */
export const lifecyclePolicy: ExplainedPolicy = {
  title: 'Lifecycle events',
  about:
    'For the role that `ami-orchestrator` works as in the targets of its [executors](executors.md); narrow buckets and parameters to yours. On top of it: `iam:PassRole` on the role of the instances ([as for operators](#an-instance-profile)), for backups [what EC2 needs of S3 and EBS in the name of the caller](https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/work-with-ami-store-restore.html), and `kms:Decrypt` on the keys of buckets. `packages/orchestrator/test/executors.test.ts` runs under these statements and those for publishers, and fails if a call is denied or an entry is never used.',
  statements: [
    may(
      'SeeWork',
      [
        'ec2:DescribeExportImageTasks',
        'ec2:DescribeStoreImageTasks',
        'inspector2:ListAccountPermissions',
        'inspector2:ListCoverage',
        'inspector2:ListFindings',
        'ssm:DescribeInstanceInformation',
        'ssm:GetCommandInvocation',
      ],
      '*',
      'Sees how far work is, and what Inspector has found.',
    ),
    may(
      'LaunchForWork',
      ['ec2:RunInstances'],
      [arns.instance, arns.volume],
      'Launches throw-away instances that say for which attempt they are.',
      { Null: { [`aws:RequestTag/${attempt}`]: 'false' } },
    ),
    may(
      'LaunchFrom',
      ['ec2:RunInstances'],
      [arns.image, arns.networkInterface, arns.securityGroup, arns.subnet],
      'What an instance is launched of and into.',
    ),
    may('TagLaunched', ['ec2:CreateTags'], [arns.instance, arns.volume], 'Tags in the launching call only.', {
      StringEquals: { 'ec2:CreateAction': 'RunInstances' },
    }),
    may(
      'TerminateLaunched',
      ['ec2:TerminateInstances'],
      arns.instance,
      'Ends throw-away instances, and no others.',
      ofAttempt,
    ),
    may(
      'RunOnLaunched',
      ['ssm:SendCommand'],
      arns.instance,
      'Runs checks and the steps of patches on throw-away instances, and on no others.',
      ofAttempt,
    ),
    may(
      'RunScripts',
      ['ssm:SendCommand'],
      'arn:aws:ssm:*:*:document/AWS-RunShellScript',
      'The document that runs them.',
    ),
    may(
      'WriteDownResults',
      ['ec2:CreateTags'],
      arns.image,
      'Writes on AMIs how far their lifecycle is: these keys and no others.',
      { 'ForAllValues:StringLike': { 'aws:TagKeys': 'AMI_LC_*' }, Null: { 'aws:TagKeys': 'false' } },
    ),
    may(
      'Release',
      [
        'ec2:CreateStoreImageTask',
        'ec2:DescribeImageAttribute',
        'ec2:EnableImageDeregistrationProtection',
        'ec2:ModifyImageAttribute',
      ],
      arns.image,
      'On approval: backs AMIs up, protects and shares them. QA gets the primary one.',
    ),
    may(
      'ShareSnapshots',
      ['ec2:DescribeSnapshotAttribute', 'ec2:ModifySnapshotAttribute'],
      arns.snapshot,
      'Lets those who may launch an AMI copy its snapshots as well.',
    ),
    may(
      'SeeKeys',
      ['kms:DescribeKey', 'kms:GetKeyPolicy', 'kms:ListGrants'],
      'arn:aws:kms:*:*:key/*',
      'Sees whether the others could use the key of a snapshot, before anything is shared.',
    ),
    may(
      'NameReleased',
      ['ssm:PutParameter'],
      'arn:aws:ssm:*:*:parameter/*',
      'On approval: sets the parameter that holds the newest AMI.',
    ),
    may(
      'ExportForQa',
      ['ec2:ExportImage'],
      [arns.image, 'arn:aws:ec2:*:*:export-image-task/*'],
      'Exports AMIs that were not published from an image.',
    ),
    may(
      'TagExports',
      ['ec2:CreateTags'],
      'arn:aws:ec2:*:*:export-image-task/*',
      'Tags of exports, in the call that begins them only.',
      { StringEquals: { 'ec2:CreateAction': 'ExportImage' } },
    ),
    may(
      'CancelExports',
      ['ec2:CancelExportTask'],
      'arn:aws:ec2:*:*:export-image-task/*',
      'Ends exports of attempts that nobody waits for any more, and no others.',
      ofAttempt,
    ),
    may(
      'CheckBuckets',
      ['s3:GetEncryptionConfiguration'],
      'arn:aws:s3:::*',
      'Sees whether buckets for backups and exports encrypt by a KMS key.',
    ),
    may(
      'ReadObjects',
      ['s3:GetObject'],
      'arn:aws:s3:::*/*',
      'Reads the components of patches, and signs links to exports.',
    ),
  ],
};
