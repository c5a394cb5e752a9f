import { type FleetModel, mapTexts, type Placeholders, type Policy } from './model.js';
import type { FleetParameter } from './parameters.js';

type Json = Readonly<Record<string, unknown>>;

const inText = (expression: string): string => `\${${expression}}`;
const attribute = (resource: string, name: string): string => inText(`${resource}.${name}`);
/** Terraform's name of a parameter: `VpcId` is `vpc_id`, `RootVolumeGiB` is `root_volume_gib`. */
const variableName = (name: string): string =>
  name
    .replace('GiB', 'Gib')
    .replaceAll(/(?<!^)[A-Z]/g, '_$&')
    .toLowerCase();
const variable = (name: string): string => inText(`var.${variableName(name)}`);

const keyArn = attribute('aws_kms_key.unpacker', 'arn');
const partition = inText('data.aws_partition.current.partition');
const account = inText('data.aws_caller_identity.current.account_id');
const filled: Placeholders = {
  partition,
  account,
  region: inText('data.aws_region.current.region'),
  key: keyArn,
  publisher: variable('PublisherArn'),
  publisherRole: `arn:${partition}:iam::${account}:role/ami-publisher`,
  externalId: variable('ExternalId'),
};

const policy = (document: Policy): string =>
  JSON.stringify(
    mapTexts(document, (text) =>
      text.replaceAll(/\{\{(\w+)\}\}/g, (_, name: keyof Placeholders) => filled[name]),
    ),
  );

const ruleOf = (
  { pattern, range, description }: FleetParameter,
  value: string,
): { readonly condition: string; readonly error_message: string } | undefined => {
  if (range !== undefined) {
    const [least, most] = range;
    return {
      condition: inText(`${value} >= ${least} && ${value} <= ${most} && floor(${value}) == ${value}`),
      error_message: `${description}: expected a whole number from ${least} to ${most}.`,
    };
  }
  if (pattern === undefined) return undefined;
  const condition = inText(`can(regex(${JSON.stringify(pattern)}, ${value}))`);
  return { condition, error_message: `${description}: must match ${pattern}` };
};

const parameter = (one: FleetParameter): Json => {
  const { kind, description, default: value, name } = one;
  const validation = ruleOf(one, `var.${variableName(name)}`);
  return {
    type: kind === 'number' ? 'number' : kind === 'boolean' ? 'bool' : 'string',
    description,
    nullable: false,
    ...(value !== undefined && { default: value }),
    ...(validation && { validation }),
  };
};

/** Renders the template in Terraform's JSON syntax, for a file `*.tf.json`. */
export const renderTerraform = (model: FleetModel): string =>
  `${JSON.stringify(
    {
      terraform: {
        required_version: '>= 1.9',
        // From 6 on a region tells its name as `region`.
        required_providers: { aws: { source: 'hashicorp/aws', version: '>= 6.0' } },
      },
      variable: Object.fromEntries(
        model.parameters.map((one) => [variableName(one.name), parameter(one)] as const),
      ),
      data: {
        aws_partition: { current: {} },
        aws_caller_identity: { current: {} },
        aws_region: { current: {} },
      },
      resource: {
        ...identities(model),
        ...secrets(model),
        ...network(model),
        ...machine(model),
      },
      output: {
        instance_id: { value: attribute('aws_instance.unpacker', 'id') },
        key_arn: { value: keyArn },
        secret_arn: { value: attribute('aws_secretsmanager_secret.certificate', 'arn') },
        publisher_role_arn: { value: inText('one(aws_iam_role.publisher[*].arn)') },
      },
    },
    undefined,
    2,
  )}\n`;

const identities = ({ publisher, instance }: FleetModel) => ({
  aws_iam_role: {
    publisher: {
      count: inText('var.create_publisher_role ? 1 : 0'),
      name: publisher.roleName,
      assume_role_policy: inText(
        `var.external_id == "" ? ${quoted(publisher.trust)} : ${quoted(publisher.trustWithExternalId)}`,
      ),
    },
    unpacker: { name_prefix: 'ami-publisher-unpacker-', assume_role_policy: policy(instance.trust) },
  },
  aws_iam_role_policy: {
    publisher: {
      count: inText('length(aws_iam_role.publisher)'),
      name: 'publish',
      role: inText('aws_iam_role.publisher[count.index].name'),
      policy: policy(publisher.policy),
    },
    unpacker: {
      name: 'unpack',
      role: attribute('aws_iam_role.unpacker', 'name'),
      policy: policy(instance.policy),
    },
  },
  aws_iam_instance_profile: { unpacker: { role: attribute('aws_iam_role.unpacker', 'name') } },
});

/** A policy as a string within an expression. */
const quoted = (document: Policy): string => JSON.stringify(policy(document));

const secrets = ({ key, secret }: FleetModel) => ({
  aws_kms_key: {
    unpacker: {
      description: key.description,
      enable_key_rotation: true,
      policy: policy(key.policy),
      // Without it the AMIs of this key could not be used any more.
      lifecycle: { prevent_destroy: true },
      // A policy may name the role only once it is there.
      depends_on: ['aws_iam_role.publisher'],
    },
  },
  aws_kms_alias: {
    unpacker: { name: key.alias, target_key_id: attribute('aws_kms_key.unpacker', 'key_id') },
  },
  aws_secretsmanager_secret: {
    certificate: { name: secret.name, description: secret.description, kms_key_id: keyArn },
  },
});

const tcp = (port: number) => ({
  security_group_id: attribute('aws_security_group.unpacker', 'id'),
  ip_protocol: 'tcp',
  from_port: port,
  to_port: port,
});

const network = ({ ports, isReached }: FleetModel) => ({
  aws_security_group: {
    unpacker: {
      name_prefix: 'ami-publisher-unpacker-',
      description: 'Unpacker of ami-publisher',
      vpc_id: variable('VpcId'),
      ...(isReached && { lifecycle: { precondition: someoneComesIn } }),
    },
  },
  ...(isReached && {
    aws_vpc_security_group_ingress_rule: {
      addresses: {
        count: inText('var.publisher_cidr == "" ? 0 : 1'),
        ...tcp(ports.unpacker),
        cidr_ipv4: variable('PublisherCidr'),
      },
      members: {
        count: inText('var.publisher_security_group_id == "" ? 0 : 1'),
        ...tcp(ports.unpacker),
        referenced_security_group_id: variable('PublisherSecurityGroupId'),
      },
    },
  }),
  aws_vpc_security_group_egress_rule: {
    image_server: { ...tcp(ports.imageServer), cidr_ipv4: variable('ImageServerCidr') },
    https: { ...tcp(ports.https), cidr_ipv4: '0.0.0.0/0' },
  },
});

const someoneComesIn = {
  condition: inText('var.publisher_cidr != "" || var.publisher_security_group_id != ""'),
  error_message: 'give publisher_cidr or publisher_security_group_id, or nobody reaches the unpacker',
};

const machine = ({ tags, hasPublicAddress }: FleetModel) => ({
  aws_launch_template: {
    unpacker: {
      name_prefix: 'ami-publisher-unpacker-',
      image_id: variable('ImageId'),
      instance_type: variable('InstanceType'),
      instance_initiated_shutdown_behavior: 'stop',
      iam_instance_profile: { arn: attribute('aws_iam_instance_profile.unpacker', 'arn') },
      metadata_options: { http_endpoint: 'enabled', http_tokens: 'required', http_put_response_hop_limit: 1 },
      block_device_mappings: {
        device_name: variable('RootDeviceName'),
        ebs: {
          encrypted: true,
          kms_key_id: keyArn,
          volume_size: variable('RootVolumeGiB'),
          volume_type: 'gp3',
          delete_on_termination: true,
        },
      },
      network_interfaces: {
        device_index: 0,
        subnet_id: variable('SubnetId'),
        security_groups: [attribute('aws_security_group.unpacker', 'id')],
        associate_public_ip_address: hasPublicAddress,
        delete_on_termination: true,
      },
    },
  },
  aws_instance: {
    unpacker: {
      launch_template: {
        id: attribute('aws_launch_template.unpacker', 'id'),
        version: attribute('aws_launch_template.unpacker', 'latest_version'),
      },
      tags,
    },
  },
});
