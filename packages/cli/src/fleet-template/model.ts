import { AmiPublisherError } from '@ami-publisher/base';
import { extras } from '../docs/iam/extras.js';
import { publisherPolicy } from '../docs/iam/policies.js';
import {
  type Condition,
  documentOf,
  type ExplainedPolicy,
  type ExplainedStatement,
  type PolicyDocument,
} from '../docs/iam/policy.js';
import { trustPolicy } from '../docs/iam/trust.js';
import {
  agentStatements,
  exportStatement,
  instancePolicy,
  secretKeyStatement,
} from '../docs/iam/unpacker.js';
import { type FleetParameter, parametersOf } from './parameters.js';

export interface FleetTemplateOptions {
  /** `Name` tag of unpacker instances. */
  readonly instanceName: string;
  /** How unpackers are going to be reached. */
  readonly connector: 'private' | 'public' | 'ssm';
  /** Bucket and prefix, without slashes at its ends, that unpackers may export to. */
  readonly exports?: { readonly bucket: string; readonly prefix: string } | undefined;
}

/** Any policy, of an identity or of a resource. */
export type Policy = PolicyDocument | { readonly Version: string; readonly Statement: readonly object[] };

/**
 * What a target needs, for every form of template. Texts hold the placeholders of `Placeholders` where the template language fills
 * something in.
 */
export interface FleetModel {
  readonly parameters: readonly FleetParameter[];
  /** The role that the publisher assumes, one in an account. */
  readonly publisher: {
    readonly roleName: string;
    readonly trust: Policy;
    readonly trustWithExternalId: Policy;
    readonly policy: Policy;
  };
  /** The role of the unpacker's instance. */
  readonly instance: { readonly trust: Policy; readonly policy: Policy };
  readonly key: { readonly alias: string; readonly description: string; readonly policy: Policy };
  readonly secret: { readonly name: string; readonly description: string };
  readonly tags: Readonly<Record<string, string>>;
  readonly ports: { readonly unpacker: number; readonly imageServer: number; readonly https: number };
  readonly isReached: boolean;
  readonly hasPublicAddress: boolean;
}

/** Everything that a template language has to fill in. */
export type Placeholders = Readonly<
  Record<'partition' | 'account' | 'region' | 'key' | 'publisher' | 'publisherRole' | 'externalId', string>
>;

const roleName = 'ami-publisher';

/** The model of a fleet in one account and region. Its policies are those of docs/iam.md and docs/unpacker.md. */
export const fleetModel = (options: FleetTemplateOptions): FleetModel => {
  const { connector, exports: bucket, instanceName } = options;
  return {
    parameters: parametersOf(options),
    publisher: {
      roleName,
      trust: trustPolicy('{{publisher}}'),
      trustWithExternalId: trustPolicy('{{publisher}}', '{{externalId}}'),
      policy: filledIn(publisherStatements(connector), { ImageUnpacker: instanceName }),
    },
    instance: {
      trust: instanceTrust,
      policy: filledIn(instanceStatements(options), {
        ...(bucket && {
          'BUCKET/PREFIX': bucket.prefix === '' ? bucket.bucket : `${bucket.bucket}/${bucket.prefix}`,
        }),
      }),
    },
    key: {
      alias: 'alias/ami-publisher',
      description: 'ami-publisher: root volumes and certificates of unpackers, and AMIs where it is named',
      policy: keyPolicy,
    },
    secret: {
      name: 'ami-publisher/unpacker',
      description: 'Certificate of the unpacker: CA.pem, unpacker.cert, unpacker.key as JSON',
    },
    tags: { Name: instanceName },
    ports: { unpacker: 6974, imageServer: 6971, https: 443 },
    isReached: connector !== 'ssm',
    hasPublicAddress: connector === 'public',
  };
};

const extra = (title: string): ExplainedPolicy => {
  const found = extras.find((policy) => policy.title === title);
  if (found === undefined)
    throw new AmiPublisherError('INTERNAL', { message: `docs/iam.md has no policy "${title}"` });
  return found;
};

const publisherStatements = (connector: FleetTemplateOptions['connector']): readonly ExplainedStatement[] =>
  connector === 'ssm'
    ? [...publisherPolicy.statements, ...extra('Session Manager').statements]
    : publisherPolicy.statements;

const instanceStatements = ({ connector, exports }: FleetTemplateOptions): readonly ExplainedStatement[] => [
  ...instancePolicy.statements.filter((statement) => exports !== undefined || statement !== exportStatement),
  secretKeyStatement,
  ...(connector === 'ssm' ? agentStatements : []),
];

/** A policy of the documentation with the words in capitals replaced that a template knows. */
const filledIn = (
  statements: readonly ExplainedStatement[],
  words: Readonly<Record<string, string>>,
): Policy => {
  const known = {
    'arn:aws:kms:REGION:ACCOUNT:key/KEY-ID': '{{key}}',
    'arn:aws:': 'arn:{{partition}}:',
    REGION: '{{region}}',
    ACCOUNT: '{{account}}',
    ...words,
  };
  return mapTexts(documentOf({ title: '', about: '', statements }), (text) =>
    Object.entries(known).reduce((filled, [word, value]) => filled.replaceAll(word, () => value), text),
  );
};

/** The value with every text in it, but for keys, put through `change`. */
export const mapTexts = <T>(value: T, change: (text: string) => unknown): T => {
  if (typeof value === 'string') return change(value) as T;
  if (Array.isArray(value)) return value.map((item) => mapTexts(item, change)) as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, mapTexts(item, change)])) as T;
};

const instanceTrust: Policy = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' }],
};

/** Policies of the account's identities count, and the publisher's role needs none, which would have to name the key of every region. */
const keyPolicy: Policy = {
  Version: '2012-10-17',
  Statement: [
    {
      Sid: 'AdministerByAccount',
      Effect: 'Allow',
      Principal: { AWS: 'arn:{{partition}}:iam::{{account}}:root' },
      Action: 'kms:*',
      Resource: '*',
    },
    ...extra('A customer managed KMS key').statements.map(({ statement }) => ({
      ...(statement as { readonly Sid: string; readonly Condition?: Condition }),
      Principal: { AWS: '{{publisherRole}}' },
      Resource: '*',
    })),
  ],
};
