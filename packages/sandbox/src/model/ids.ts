import { randomBytes } from 'node:crypto';
import { ApiError } from './api-error.js';

export type ResourceKind =
  | 'image'
  | 'image-usage-report'
  | 'instance'
  | 'key-pair'
  | 'launch-template'
  | 'security-group'
  | 'snapshot'
  | 'subnet'
  | 'volume'
  | 'vpc';

interface IdRules {
  readonly prefix: string;
  /** Code for an id of another form. */
  readonly malformed: string;
  /** Code for an id that names nothing. */
  readonly notFound: string;
  readonly notFoundMessage: (id: string) => string;
}

/** Codes: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html */
const rules: Readonly<Record<ResourceKind, IdRules>> = {
  image: {
    prefix: 'ami',
    malformed: 'InvalidAMIID.Malformed',
    notFound: 'InvalidAMIID.NotFound',
    notFoundMessage: (id) => `The image id '[${id}]' does not exist`,
  },
  'image-usage-report': {
    prefix: 'amiur',
    malformed: 'InvalidImageUsageReportId.Malformed',
    notFound: 'InvalidImageUsageReportId.NotFound',
    notFoundMessage: (id) => `The image usage report '${id}' does not exist`,
  },
  instance: {
    prefix: 'i',
    malformed: 'InvalidInstanceID.Malformed',
    notFound: 'InvalidInstanceID.NotFound',
    notFoundMessage: (id) => `The instance ID '${id}' does not exist`,
  },
  'key-pair': {
    prefix: 'key',
    malformed: 'InvalidKeyPair.Malformed',
    notFound: 'InvalidKeyPair.NotFound',
    notFoundMessage: (id) => `The key pair '${id}' does not exist`,
  },
  'launch-template': {
    prefix: 'lt',
    malformed: 'InvalidLaunchTemplateId.Malformed',
    notFound: 'InvalidLaunchTemplateId.NotFound',
    notFoundMessage: (id) => `The specified launch template, with template ID ${id}, does not exist.`,
  },
  'security-group': {
    prefix: 'sg',
    malformed: 'InvalidGroupId.Malformed',
    notFound: 'InvalidGroup.NotFound',
    notFoundMessage: (id) => `The security group '${id}' does not exist`,
  },
  snapshot: {
    prefix: 'snap',
    malformed: 'InvalidSnapshotID.Malformed',
    notFound: 'InvalidSnapshot.NotFound',
    notFoundMessage: (id) => `The snapshot '${id}' does not exist.`,
  },
  subnet: {
    prefix: 'subnet',
    malformed: 'InvalidSubnetId.Malformed',
    notFound: 'InvalidSubnetID.NotFound',
    notFoundMessage: (id) => `The subnet ID '${id}' does not exist`,
  },
  volume: {
    prefix: 'vol',
    malformed: 'InvalidVolumeID.Malformed',
    notFound: 'InvalidVolume.NotFound',
    notFoundMessage: (id) => `The volume '${id}' does not exist.`,
  },
  vpc: {
    prefix: 'vpc',
    malformed: 'InvalidVpcId.Malformed',
    notFound: 'InvalidVpcID.NotFound',
    notFoundMessage: (id) => `The vpc ID '${id}' does not exist`,
  },
};

/**
 * A fresh id in AWS's long form: the prefix and 17 hexadecimal digits, of which the first is 0. Joined, since a template would keep its parts in
 * memory, for each of tens of thousands.
 */
export const newId = (prefix: string): string => [prefix, randomBytes(8).toString('hex')].join('-0');

/** A fresh id for a resource of that kind. */
export const newResourceId = (kind: ResourceKind): string => newId(rules[kind].prefix);

/** Whether an id has the kind's form. */
export const isId = (kind: ResourceKind, id: string): boolean =>
  new RegExp(`^${rules[kind].prefix}-(?:[0-9a-f]{8}|[0-9a-f]{17})$`).test(id);

/** @throws the kind's `…Malformed` error unless the id has the kind's form. */
export const checkId = (kind: ResourceKind, id: string): void => {
  if (isId(kind, id)) return;
  const { prefix, malformed } = rules[kind];
  throw new ApiError(malformed, `Invalid id: "${id}" (expecting "${prefix}-...")`);
};

/** The kind of resource that an id names by its prefix. */
export const kindOfId = (id: string): ResourceKind | undefined =>
  (Object.keys(rules) as ResourceKind[]).find((kind) => id.startsWith(`${rules[kind].prefix}-`));

/** The kind's `…NotFound` error. */
export const notFound = (kind: ResourceKind, id: string): ApiError =>
  new ApiError(rules[kind].notFound, rules[kind].notFoundMessage(id));
