import { configurationJsonSchema } from '@ami-publisher/core';
import { code, codeBlock, table } from './markdown.js';

/** As much of JSON Schema as the configuration file's schema uses. */
interface Schema {
  readonly type?: string;
  readonly const?: string;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: boolean | Schema;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
}

/** A configuration file that uses every part; a test checks it against the schema. */
export const exampleConfiguration = `accounts:
  prod:
    roleArn: arn:aws:iam::111111111111:role/ami-publisher
    profile: operations        # whose credentials assume the role
  dev:
    profile: dev
  china:
    profile: china
    homeRegion: cn-northwest-1
targets: 'prod,us-east-1;prod,eu-*;dev,*'
skipTargets: 'dev,us-gov-*'
imageServer: images.example.com:6971
certificates: /etc/ami-publisher/certificates
instanceName: ImageUnpacker
srpc:
  certificates: /etc/ami-publisher/go-certificates
  ca: /etc/ssl/CA.pem
journal: s3://state-of-builds/publications
overrides:
  - targets: 'prod,*'
    kmsKey: alias/ami-publisher
  - targets: 'dev,*'
    bestEffort: true
  - targets: 'prod,eu-*'
    connector:
      proxy: http://proxy.example.com:3128
      credentials: { file: /etc/ami-publisher/proxy }
  - targets: 'prod,ap-*'
    protocol: srpc
    readBack: true
  - targets: 'china,*'
    connector: ssm
  - targets: 'dev,eu-west-1'
    connector:
      map:
        i-0123456789abcdef0: localhost:7974
`;

/** The fields of the configuration file, and a worked example. */
export const configurationSection = (): string =>
  [
    '## Configuration file',
    'YAML, named with `--config` or `AMI_PUBLISHER_CONFIG`. `ami-publisher schema` prints its JSON Schema for editors. A flag or environment variable goes before the file.',
    table(['field', 'type', 'meaning'], fieldRows(configurationJsonSchema() as Schema, '')),
    codeBlock('yaml', [exampleConfiguration.trimEnd()]),
  ].join('\n\n');

const fieldRows = (schema: Schema, path: string): string[][] =>
  Object.entries(schema.properties ?? {}).flatMap(([name, field]) => {
    const here = `${path}${name}`;
    const entries = typeof field.additionalProperties === 'object' ? field.additionalProperties : undefined;
    return [
      [code(here), typeOf(field), field.description ?? ''],
      ...(entries === undefined ? [] : fieldRows(entries, `${here}.NAME.`)),
      ...(field.items === undefined ? [] : fieldRows(field.items, `${here}[].`)),
    ];
  });

const typeOf = (schema: Schema): string => {
  if (schema.anyOf !== undefined) return [...new Set(schema.anyOf.map(typeOf))].join(' or ');
  if (schema.const !== undefined) return code(schema.const);
  if (schema.type === 'array') return 'list';
  if (schema.type === 'object') return 'mapping';
  return schema.type ?? '';
};
