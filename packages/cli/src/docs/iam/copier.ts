import { tagKeys } from '@ami-publisher/core';
import type { ExplainedPolicy } from './policy.js';

const image = 'arn:aws:ec2:*::image/*';
const instance = 'arn:aws:ec2:*:*:instance/*';
const snapshot = 'arn:aws:ec2:*::snapshot/*';
const volume = 'arn:aws:ec2:*:*:volume/*';
/** As ids of operations begin. */
const madeByOperation = { [`aws:RequestTag/${tagKeys.publication}`]: 'op-*' };
const ofOperation = { StringLike: { [`aws:ResourceTag/${tagKeys.publication}`]: 'op-*' } };

/** For `copy-bootstrap-image --via instance`. */
export const copierPolicy: ExplainedPolicy = {
  title: 'The first AMI by an instance',
  about:
    'For `copy-bootstrap-image --via instance`, in the accounts that it copies to; those that it copies from need the first statement only. With `--kms-key`, the role needs the statements of [a customer managed KMS key](#a-customer-managed-kms-key), too. The instance itself has no role. `packages/cli/test/iam-copier.test.ts` runs under these statements alone.',
  statements: [
    {
      statement: {
        Sid: 'FindAndAwait',
        Effect: 'Allow',
        Action: [
          'ec2:DescribeImages',
          'ec2:DescribeInstances',
          'ec2:DescribeRegions',
          'ec2:DescribeSnapshots',
          'ec2:DescribeSubnets',
          'ec2:DescribeVolumes',
          'ec2:DescribeVpcs',
        ],
        Resource: '*',
      },
      why: 'Sees which targets have an AMI of the stream, where unpackers are, and how far copies are. With `--security-group-tag`, add `ec2:DescribeSecurityGroups`.',
    },
    {
      statement: {
        Sid: 'FindAmazonLinux',
        Effect: 'Allow',
        Action: ['ssm:GetParameters'],
        Resource: 'arn:aws:ssm:*:*:parameter/aws/service/ami-amazon-linux-latest/*',
      },
      why: 'Finds the AMI of the instance; not needed with `--copier-image ami-…`.',
    },
    {
      statement: {
        Sid: 'LaunchCopiers',
        Effect: 'Allow',
        Action: ['ec2:RunInstances'],
        Resource: instance,
        Condition: {
          StringEquals: { 'aws:RequestTag/Name': 'ImageCopier' },
          StringLike: madeByOperation,
        },
      },
      why: 'Launches instances of that name, tagged with their operation.',
    },
    {
      statement: {
        Sid: 'LaunchCopiersInto',
        Effect: 'Allow',
        Action: ['ec2:RunInstances'],
        Resource: [
          image,
          'arn:aws:ec2:*:*:network-interface/*',
          'arn:aws:ec2:*:*:security-group/*',
          'arn:aws:ec2:*:*:subnet/*',
          volume,
        ],
      },
      why: 'What an instance is launched of and into; name your VPC by `ec2:Vpc`, and Amazon by `ec2:Owner`, to narrow it. With `--key-name`, add `arn:aws:ec2:*:*:key-pair/*`.',
    },
    {
      statement: {
        Sid: 'MakeBlankVolumes',
        Effect: 'Allow',
        Action: ['ec2:CreateVolume'],
        Resource: volume,
        Condition: { Bool: { 'ec2:Encrypted': 'true' }, StringLike: madeByOperation },
      },
      why: 'Creates the volume that is written.',
    },
    {
      statement: {
        Sid: 'UseCopiers',
        Effect: 'Allow',
        Action: ['ec2:AttachVolume', 'ec2:GetConsoleOutput', 'ec2:TerminateInstances'],
        Resource: instance,
        Condition: ofOperation,
      },
      why: 'Gives the instance its volume, reads what it says, and ends it.',
    },
    {
      statement: {
        Sid: 'UseBlankVolumes',
        Effect: 'Allow',
        Action: ['ec2:AttachVolume', 'ec2:CreateSnapshot', 'ec2:DeleteVolume'],
        Resource: volume,
        Condition: ofOperation,
      },
      why: 'Captures the volume, and deletes it.',
    },
    {
      statement: {
        Sid: 'CaptureCopies',
        Effect: 'Allow',
        Action: ['ec2:CreateSnapshot'],
        Resource: snapshot,
        Condition: { StringLike: madeByOperation },
      },
      why: 'Makes snapshots that are tagged with their operation.',
    },
    {
      statement: {
        Sid: 'RegisterCaptures',
        Effect: 'Allow',
        Action: ['ec2:RegisterImage'],
        Resource: image,
        Condition: { StringLike: madeByOperation },
      },
      why: 'The same for AMIs.',
    },
    {
      statement: {
        Sid: 'UseCaptures',
        Effect: 'Allow',
        Action: ['ec2:DeleteSnapshot', 'ec2:RegisterImage'],
        Resource: snapshot,
        Condition: ofOperation,
      },
      why: 'Registers what was captured, and deletes it when the operation is undone.',
    },
    {
      statement: {
        Sid: 'TakeAmisBack',
        Effect: 'Allow',
        Action: ['ec2:DeregisterImage', 'ec2:DescribeImageAttribute'],
        Resource: image,
        Condition: ofOperation,
      },
      why: 'Undoes the registration.',
    },
    {
      statement: {
        Sid: 'TagOnCreation',
        Effect: 'Allow',
        Action: ['ec2:CreateTags'],
        Resource: [image, instance, snapshot, volume],
        Condition: {
          StringEquals: {
            'ec2:CreateAction': ['CreateSnapshot', 'CreateVolume', 'RegisterImage', 'RunInstances'],
          },
        },
      },
      why: 'Tags in the creating call only.',
    },
  ],
};
