import { stringify } from 'yaml';
import { type FleetModel, mapTexts, type Placeholders, type Policy } from './model.js';
import type { FleetParameter } from './parameters.js';

type Json = Readonly<Record<string, unknown>>;

const inText = (name: string): string => `\${${name}}`;

const filled: Placeholders = {
  partition: inText('AWS::Partition'),
  account: inText('AWS::AccountId'),
  region: inText('AWS::Region'),
  key: inText('Key.Arn'),
  publisher: inText('PublisherArn'),
  publisherRole: `arn:${inText('AWS::Partition')}:iam::${inText('AWS::AccountId')}:role/ami-publisher`,
  externalId: inText('ExternalId'),
};

const ref = (name: string) => ({ Ref: name });
const attribute = (resource: string, name: string) => ({ 'Fn::GetAtt': [resource, name] });
const when = (condition: string, value: unknown, otherwise: unknown = ref('AWS::NoValue')) => ({
  'Fn::If': [condition, value, otherwise],
});
const policy = (document: Policy): Policy =>
  mapTexts(document, (text) => {
    const sub = text.replaceAll(/\{\{(\w+)\}\}/g, (_, name: keyof Placeholders) => filled[name]);
    if (sub === text) return text;
    // A policy may name the role only once it is there.
    return text === '{{publisherRole}}'
      ? when('MakesPublisherRole', attribute('PublisherRole', 'Arn'), { 'Fn::Sub': sub })
      : { 'Fn::Sub': sub };
  });
const isGiven = (parameter: string) => ({ 'Fn::Not': [{ 'Fn::Equals': [ref(parameter), ''] }] });

const types = {
  vpc: 'AWS::EC2::VPC::Id',
  subnet: 'AWS::EC2::Subnet::Id',
  image: 'AWS::EC2::Image::Id',
  text: 'String',
  number: 'Number',
  boolean: 'String',
} as const satisfies Record<FleetParameter['kind'], string>;

const parameter = ({ kind, description, pattern, range, default: value }: FleetParameter): Json => ({
  Type: types[kind],
  Description: description,
  ...(value !== undefined && { Default: kind === 'boolean' ? String(value) : value }),
  ...(kind === 'boolean' && { AllowedValues: ['true', 'false'] }),
  ...(pattern !== undefined && { AllowedPattern: pattern, ConstraintDescription: `must match ${pattern}` }),
  ...(range && { MinValue: range[0], MaxValue: range[1] }),
});

/** Renders the template as YAML. */
export const renderCloudFormation = (model: FleetModel): string =>
  stringify(
    {
      AWSTemplateFormatVersion: '2010-09-09',
      Description: 'ami-publisher: an unpacker, and the role that the publisher assumes',
      Parameters: Object.fromEntries(model.parameters.map((one) => [one.name, parameter(one)])),
      ...(model.isReached && { Rules: someoneComesIn }),
      Conditions: {
        HasExternalId: isGiven('ExternalId'),
        MakesPublisherRole: { 'Fn::Equals': [ref('CreatePublisherRole'), 'true'] },
        ...(model.isReached && {
          HasPublisherCidr: isGiven('PublisherCidr'),
          HasPublisherSecurityGroup: isGiven('PublisherSecurityGroupId'),
        }),
      },
      Resources: { ...publisher(model), ...secrets(model), ...identity(model), ...machine(model) },
      Outputs: {
        InstanceId: { Value: ref('Unpacker') },
        KeyArn: { Value: attribute('Key', 'Arn') },
        SecretArn: { Value: ref('Certificate') },
        PublisherRoleArn: {
          Condition: 'MakesPublisherRole',
          Value: attribute('PublisherRole', 'Arn'),
        },
      },
    },
    // As YAML 1.1, which CloudFormation reads, texts that look like dates are quoted.
    { version: '1.1', lineWidth: 0, aliasDuplicateObjects: false },
  );

const someoneComesIn: Json = {
  SomeoneComesIn: {
    Assertions: [
      {
        Assert: { 'Fn::Or': [isGiven('PublisherCidr'), isGiven('PublisherSecurityGroupId')] },
        AssertDescription: 'give PublisherCidr or PublisherSecurityGroupId, or nobody reaches the unpacker',
      },
    ],
  },
};

const publisher = ({ publisher: { roleName, trust, trustWithExternalId, policy: allowed } }: FleetModel) => ({
  PublisherRole: {
    Type: 'AWS::IAM::Role',
    Condition: 'MakesPublisherRole',
    Properties: {
      RoleName: roleName,
      AssumeRolePolicyDocument: when('HasExternalId', policy(trustWithExternalId), policy(trust)),
      Policies: [{ PolicyName: 'publish', PolicyDocument: policy(allowed) }],
    },
  },
});

const secrets = ({ key, secret }: FleetModel) => ({
  Key: {
    Type: 'AWS::KMS::Key',
    // Without it the AMIs of this key could not be used any more.
    DeletionPolicy: 'Retain',
    UpdateReplacePolicy: 'Retain',
    Properties: { Description: key.description, EnableKeyRotation: true, KeyPolicy: policy(key.policy) },
  },
  KeyAlias: {
    Type: 'AWS::KMS::Alias',
    Properties: { AliasName: key.alias, TargetKeyId: ref('Key') },
  },
  Certificate: {
    Type: 'AWS::SecretsManager::Secret',
    Properties: { Name: secret.name, Description: secret.description, KmsKeyId: attribute('Key', 'Arn') },
  },
});

const identity = ({ instance }: FleetModel) => ({
  InstanceRole: {
    Type: 'AWS::IAM::Role',
    Properties: {
      AssumeRolePolicyDocument: policy(instance.trust),
      Policies: [{ PolicyName: 'unpack', PolicyDocument: policy(instance.policy) }],
    },
  },
  InstanceProfile: {
    Type: 'AWS::IAM::InstanceProfile',
    Properties: { Roles: [ref('InstanceRole')] },
  },
});

const machine = (model: FleetModel) => ({
  SecurityGroup: { Type: 'AWS::EC2::SecurityGroup', Properties: securityGroup(model) },
  LaunchTemplate: {
    Type: 'AWS::EC2::LaunchTemplate',
    Properties: { LaunchTemplateData: launchTemplate(model) },
  },
  Unpacker: {
    Type: 'AWS::EC2::Instance',
    Properties: {
      LaunchTemplate: {
        LaunchTemplateId: ref('LaunchTemplate'),
        Version: attribute('LaunchTemplate', 'LatestVersionNumber'),
      },
      Tags: tagList(model.tags),
    },
  },
});

const tagList = (tags: FleetModel['tags']) => Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));

const tcp = (port: number) => ({ IpProtocol: 'tcp', FromPort: port, ToPort: port });

const securityGroup = ({ ports, isReached }: FleetModel): Json => ({
  GroupDescription: 'Unpacker of ami-publisher',
  VpcId: ref('VpcId'),
  ...(isReached && {
    SecurityGroupIngress: [
      when('HasPublisherCidr', { ...tcp(ports.unpacker), CidrIp: ref('PublisherCidr') }),
      when('HasPublisherSecurityGroup', {
        ...tcp(ports.unpacker),
        SourceSecurityGroupId: ref('PublisherSecurityGroupId'),
      }),
    ],
  }),
  SecurityGroupEgress: [
    { ...tcp(ports.imageServer), CidrIp: ref('ImageServerCidr') },
    { ...tcp(ports.https), CidrIp: '0.0.0.0/0' },
  ],
});

const launchTemplate = ({ hasPublicAddress }: FleetModel): Json => ({
  ImageId: ref('ImageId'),
  InstanceType: ref('InstanceType'),
  IamInstanceProfile: { Arn: attribute('InstanceProfile', 'Arn') },
  InstanceInitiatedShutdownBehavior: 'stop',
  MetadataOptions: { HttpEndpoint: 'enabled', HttpTokens: 'required', HttpPutResponseHopLimit: 1 },
  BlockDeviceMappings: [
    {
      DeviceName: ref('RootDeviceName'),
      Ebs: {
        Encrypted: true,
        KmsKeyId: attribute('Key', 'Arn'),
        VolumeSize: ref('RootVolumeGiB'),
        VolumeType: 'gp3',
        DeleteOnTermination: true,
      },
    },
  ],
  NetworkInterfaces: [
    {
      DeviceIndex: 0,
      SubnetId: ref('SubnetId'),
      Groups: [attribute('SecurityGroup', 'GroupId')],
      AssociatePublicIpAddress: hasPublicAddress,
      DeleteOnTermination: true,
    },
  ],
});
