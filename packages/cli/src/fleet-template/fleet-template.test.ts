import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { extras } from '../docs/iam/extras.js';
import { publisherPolicy } from '../docs/iam/policies.js';
import { documentOf } from '../docs/iam/policy.js';
import { renderCloudFormation } from './cloudformation.js';
import { type FleetTemplateOptions, fleetModel } from './model.js';
import { renderTerraform } from './terraform.js';
import { evaluateCloudFormation } from './testing/evaluate-cloudformation.js';
import { evaluateTerraform } from './testing/evaluate-terraform.js';
import type { Tree } from './testing/tree.js';

const base: FleetTemplateOptions = { instanceName: 'ImageUnpacker', connector: 'private' };
const combinations: readonly (readonly [string, FleetTemplateOptions])[] = [
  ['private', base],
  ['public, with exports', { ...base, connector: 'public', exports: { bucket: 'exports', prefix: 'a/b' } }],
  ['ssm', { ...base, connector: 'ssm' }],
  ['ssm, of another name', { ...base, connector: 'ssm', instanceName: 'Copier 2' }],
];

/** What the templates are applied with. */
const given = {
  VpcId: 'vpc-1',
  SubnetId: 'subnet-1',
  ImageId: 'ami-1',
  ImageServerCidr: '10.0.0.5/32',
  PublisherArn: 'arn:aws:iam::999999999999:role/builds',
  ExternalId: 'shibboleth',
  PublisherCidr: '10.1.0.0/16',
  PublisherSecurityGroupId: 'sg-1',
};

const cloudFormation = (options: FleetTemplateOptions, values: Tree = given): Tree =>
  evaluateCloudFormation(parse(renderCloudFormation(fleetModel(options))), values);
const terraform = (options: FleetTemplateOptions, values: Tree = given): Tree =>
  evaluateTerraform(JSON.parse(renderTerraform(fleetModel(options))), values);

const statements = (policy: Tree, ...sids: string[]) =>
  (policy.Statement as { Sid: string }[]).filter(({ Sid }) => sids.length === 0 || sids.includes(Sid));

describe.each(combinations)('a template of a fleet: %s', (_name, options) => {
  const inCloudFormation = cloudFormation(options);
  const inTerraform = terraform(options);

  it('makes the same resources in both languages', () => {
    const { Resources } = inCloudFormation;
    const { resource } = inTerraform;
    const ofCloudFormation = {
      publisherTrust: Resources.PublisherRole.AssumeRolePolicyDocument,
      publisherPolicy: Resources.PublisherRole.Policies[0].PolicyDocument,
      publisherName: Resources.PublisherRole.RoleName,
      instanceTrust: Resources.InstanceRole.AssumeRolePolicyDocument,
      instancePolicy: Resources.InstanceRole.Policies[0].PolicyDocument,
      key: [Resources.Key.KeyPolicy, Resources.Key.EnableKeyRotation, Resources.KeyAlias.AliasName],
      secret: [Resources.Certificate.Name, Resources.Certificate.Description],
      tags: Object.fromEntries(Resources.Unpacker.Tags.map(({ Key, Value }: Tree) => [Key, Value])),
      ingress: (Resources.SecurityGroup.SecurityGroupIngress ?? []).map((rule: Tree) => [
        rule.FromPort,
        rule.ToPort,
        rule.CidrIp ?? rule.SourceSecurityGroupId,
      ]),
      egress: Resources.SecurityGroup.SecurityGroupEgress.map((rule: Tree) => [
        rule.FromPort,
        rule.ToPort,
        rule.CidrIp,
      ]),
      machine: machineOfCloudFormation(Resources.LaunchTemplate.LaunchTemplateData),
    };
    const rules = (kind: string) => Object.values<Tree>(resource[kind] ?? {});
    expect(ofCloudFormation).toEqual({
      publisherTrust: JSON.parse(resource.aws_iam_role.publisher.assume_role_policy),
      publisherPolicy: JSON.parse(resource.aws_iam_role_policy.publisher.policy),
      publisherName: resource.aws_iam_role.publisher.name,
      instanceTrust: JSON.parse(resource.aws_iam_role.unpacker.assume_role_policy),
      instancePolicy: JSON.parse(resource.aws_iam_role_policy.unpacker.policy),
      key: [
        JSON.parse(resource.aws_kms_key.unpacker.policy),
        resource.aws_kms_key.unpacker.enable_key_rotation,
        resource.aws_kms_alias.unpacker.name,
      ],
      secret: [
        resource.aws_secretsmanager_secret.certificate.name,
        resource.aws_secretsmanager_secret.certificate.description,
      ],
      tags: resource.aws_instance.unpacker.tags,
      ingress: rules('aws_vpc_security_group_ingress_rule').map((rule) => [
        rule.from_port,
        rule.to_port,
        rule.cidr_ipv4 ?? rule.referenced_security_group_id,
      ]),
      egress: rules('aws_vpc_security_group_egress_rule').map((rule) => [
        rule.from_port,
        rule.to_port,
        rule.cidr_ipv4,
      ]),
      machine: machineOfTerraform(resource.aws_launch_template.unpacker),
    });
  });

  it('takes the same parameters in both languages', () => {
    const names = (tree: Tree) => Object.keys(tree).map((name) => name.replaceAll('_', '').toLowerCase());
    expect(names(inTerraform.variable)).toEqual(names(inCloudFormation.Parameters));
  });

  it('lets the publisher do exactly what docs/iam.md says', () => {
    const { PolicyDocument } = inCloudFormation.Resources.PublisherRole.Policies[0];
    const sessions = extras.find(({ title }) => title === 'Session Manager')!;
    const expected = JSON.stringify([
      ...documentOf(publisherPolicy).Statement,
      ...(options.connector === 'ssm' ? documentOf(sessions).Statement : []),
    ]).replaceAll('ImageUnpacker', options.instanceName);
    expect(PolicyDocument.Statement).toEqual(JSON.parse(expected));
  });

  it('keeps the metadata, the disk and the certificate to the instance', () => {
    const { LaunchTemplate, Certificate, InstanceRole } = inCloudFormation.Resources;
    const { LaunchTemplateData } = LaunchTemplate;
    expect(LaunchTemplateData).not.toHaveProperty('UserData');
    expect(LaunchTemplateData.MetadataOptions).toEqual({
      HttpEndpoint: 'enabled',
      HttpTokens: 'required',
      HttpPutResponseHopLimit: 1,
    });
    expect(LaunchTemplateData.BlockDeviceMappings).toMatchObject([
      { Ebs: { Encrypted: true, KmsKeyId: 'Key.Arn' } },
    ]);
    expect(Certificate).not.toHaveProperty('SecretString');
    const sids = statements(InstanceRole.Policies[0].PolicyDocument).map(({ Sid }) => Sid);
    expect(sids).toEqual([
      'OwnCertificate',
      ...(options.exports ? ['WriteExports'] : []),
      'ReadSecretKey',
      ...(options.connector === 'ssm' ? ['TellOfItself', 'TalkToSessionManager'] : []),
    ]);
  });
});

const machineOfCloudFormation = (data: Tree) => [
  data.ImageId,
  data.InstanceType,
  data.InstanceInitiatedShutdownBehavior,
  Object.values(data.MetadataOptions),
  data.BlockDeviceMappings[0].DeviceName,
  [data.BlockDeviceMappings[0].Ebs.Encrypted, data.BlockDeviceMappings[0].Ebs.VolumeSize],
  [data.NetworkInterfaces[0].SubnetId, data.NetworkInterfaces[0].AssociatePublicIpAddress],
];

const machineOfTerraform = (data: Tree) => [
  data.image_id,
  data.instance_type,
  data.instance_initiated_shutdown_behavior,
  Object.values(data.metadata_options),
  data.block_device_mappings.device_name,
  [data.block_device_mappings.ebs.encrypted, Number(data.block_device_mappings.ebs.volume_size)],
  [data.network_interfaces.subnet_id, data.network_interfaces.associate_public_ip_address],
];

describe('a template of a fleet', () => {
  it('lets the publisher use the key through EC2, as docs/iam.md says', () => {
    const { Key } = cloudFormation(base).Resources;
    const documented = extras.find(({ title }) => title === 'A customer managed KMS key')!;
    expect(statements(Key.KeyPolicy, 'UseKey', 'LendKeyToInstances')).toEqual(
      documentOf(documented).Statement.map((statement) => ({
        ...statement,
        Resource: '*',
        Principal: { AWS: 'PublisherRole.Arn' },
      })),
    );
  });

  it('asks for no external id where none is given', () => {
    const { AssumeRolePolicyDocument } = cloudFormation(base, { ...given, ExternalId: '' }).Resources
      .PublisherRole;
    expect(AssumeRolePolicyDocument.Statement).toEqual([
      { Effect: 'Allow', Principal: { AWS: given.PublisherArn }, Action: 'sts:AssumeRole' },
    ]);
  });

  it('lets exports into their prefix only', () => {
    const options = { ...base, exports: { bucket: 'exports', prefix: '' } };
    const [first] = statements(
      cloudFormation(options).Resources.InstanceRole.Policies[0].PolicyDocument,
      'WriteExports',
    );
    expect(first).toMatchObject({ Resource: 'arn:aws:s3:::exports/*' });
  });
});
