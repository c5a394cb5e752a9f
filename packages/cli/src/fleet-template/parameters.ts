import type { FleetTemplateOptions } from './model.js';

/** A value that whoever applies the template gives. Patterns are of the syntax that CloudFormation and Terraform share, without backslashes. */
export interface FleetParameter {
  /** As CloudFormation calls it; Terraform calls `VpcId` `vpc_id`. */
  readonly name: string;
  readonly description: string;
  readonly kind: 'vpc' | 'subnet' | 'image' | 'text' | 'number' | 'boolean';
  readonly pattern?: string;
  /** Of numbers. */
  readonly range?: readonly [number, number];
  /** @default none: it has to be given */
  readonly default?: string | number | boolean;
}

const cidr = '[0-9]{1,3}([.][0-9]{1,3}){3}/[0-9]{1,2}';

const everywhere: readonly FleetParameter[] = [
  {
    name: 'VpcId',
    description: 'VPC of the unpacker',
    kind: 'vpc',
    pattern: '^vpc-[0-9a-f]+$',
  },
  {
    name: 'SubnetId',
    description: 'Subnet of the unpacker, with a way to Secrets Manager and to the image server',
    kind: 'subnet',
    pattern: '^subnet-[0-9a-f]+$',
  },
  {
    name: 'ImageId',
    description: 'AMI of the unpacker, made as docs/unpacker.md says; it holds no certificate',
    kind: 'image',
    pattern: '^ami-[0-9a-f]+$',
  },
  {
    name: 'InstanceType',
    description: 'Type of the unpacker instance, of the architecture of the AMI',
    kind: 'text',
    pattern: '^[a-z0-9-]+[.][a-z0-9-]+$',
    default: 'm7i.large',
  },
  {
    name: 'RootDeviceName',
    description: 'Root device of the AMI',
    kind: 'text',
    pattern: '^/dev/(xvda|sda1)$',
    default: '/dev/xvda',
  },
  {
    name: 'RootVolumeGiB',
    description: 'Size of the root volume, GiB',
    kind: 'number',
    range: [16, 16_384],
    default: 16,
  },
  {
    name: 'ImageServerCidr',
    description: 'Addresses of the image server, as 10.0.0.5/32',
    kind: 'text',
    pattern: `^${cidr}$`,
  },
  {
    name: 'PublisherArn',
    description: 'Who may assume the role ami-publisher: the ARN of a role, a user, or an account (root)',
    kind: 'text',
    pattern: '^arn:aws(-cn|-us-gov)?:iam::[0-9]{12}:(root|(role|user)/.+)$',
  },
  {
    name: 'ExternalId',
    description: 'External id that assuming the role asks for; empty for none',
    kind: 'text',
    pattern: '^([A-Za-z0-9+=,.@:/_-]{2,1224})?$',
    default: '',
  },
  {
    name: 'CreatePublisherRole',
    description: 'Whether to make the role ami-publisher; false in all regions of an account but the first',
    kind: 'boolean',
    default: true,
  },
];

const inbound: readonly FleetParameter[] = [
  {
    name: 'PublisherCidr',
    description: 'Addresses that may reach the unpacker, as 10.1.0.0/16; empty for none',
    kind: 'text',
    pattern: `^(${cidr})?$`,
    default: '',
  },
  {
    name: 'PublisherSecurityGroupId',
    description: 'Security group whose members may reach the unpacker; empty for none',
    kind: 'text',
    pattern: '^(sg-[0-9a-f]+)?$',
    default: '',
  },
];

/** With Session Manager nobody comes in. */
export const parametersOf = ({ connector }: FleetTemplateOptions): readonly FleetParameter[] =>
  connector === 'ssm' ? everywhere : [...everywhere, ...inbound];
