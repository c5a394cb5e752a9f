import { tagKeys } from '@ami-publisher/core';

/** ARNs of what EC2 has, in all regions and accounts. Snapshots and AMIs can belong to anybody, so theirs have no account. */
export const arns = {
  image: 'arn:aws:ec2:*::image/*',
  instance: 'arn:aws:ec2:*:*:instance/*',
  keyPair: 'arn:aws:ec2:*:*:key-pair/*',
  networkInterface: 'arn:aws:ec2:*:*:network-interface/*',
  securityGroup: 'arn:aws:ec2:*:*:security-group/*',
  snapshot: 'arn:aws:ec2:*::snapshot/*',
  subnet: 'arn:aws:ec2:*:*:subnet/*',
  usageReport: 'arn:aws:ec2:*:*:image-usage-report/*',
  volume: 'arn:aws:ec2:*:*:volume/*',
} as const;

/** Ids of operations, as core makes them. */
export const anyOperation = 'op-*';
/** For `StringLike`: what is made is tagged with its operation. */
export const madeByOperation = { [`aws:RequestTag/${tagKeys.publication}`]: anyOperation };
/** What is worked on was made by an operation. */
export const ofOperation = { StringLike: { [`aws:ResourceTag/${tagKeys.publication}`]: anyOperation } };
