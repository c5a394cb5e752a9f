import { imageServerProtocols } from '@ami-publisher/image';
import * as z from 'zod';

const name = z.string().regex(/^[^\s,;*@]+$/, 'a name without blanks, commas, semicolons, * and @');

/** One AWS account as the configuration names it. */
export const accountSchema = z
  .strictObject({
    profile: z
      .string()
      .min(1)
      .optional()
      .describe('AWS profile that gives the credentials; also the base of `roleArn`'),
    roleArn: z
      .string()
      .regex(/^arn:aws(-cn|-us-gov)?:iam::\d{12}:role\/.+$/, 'a role ARN')
      .optional()
      .describe('role to assume for this account'),
    externalId: z.string().min(1).optional().describe('external id that the role asks for'),
    homeRegion: z
      .string()
      .min(1)
      .optional()
      .describe(
        'region in which account-wide questions are asked; by default us-east-1, for role ARNs of China cn-north-1 and of GovCloud us-gov-west-1',
      ),
  })
  .refine(
    (account) => account.profile !== undefined || account.roleArn !== undefined,
    'needs a profile, a roleArn or both',
  );

const credentialsSchema = z
  .union(
    [z.strictObject({ environment: z.string().min(1) }), z.strictObject({ file: z.string().min(1) })],
    'a mapping with environment or file',
  )
  .describe('environment variable or file with user:password');

const proxySchema = z.strictObject({
  proxy: z
    .string()
    .regex(
      /^http:\/\/(\[[\da-fA-F:]+\]|[^\s/:@?#[\]]+)(:\d+)?\/?$/,
      'http://host:port, without user and password (those go into `credentials`)',
    ),
  credentials: credentialsSchema.optional(),
});

/** How a target's unpacker is reached; see docs/connectors.md. */
export const connectorSchema = z
  .union(
    [
      z.literal('private'),
      z.literal('public'),
      z.literal('ssm'),
      z.strictObject({ map: z.record(z.string(), z.string().regex(/^.+:\d+$/, 'host:port')) }),
      proxySchema,
      z.strictObject({ ssm: z.strictObject({ plugin: z.string().min(1) }) }),
    ],
    'private, public, ssm, or a mapping with map, proxy or ssm',
  )
  .describe(
    'how unpackers are reached: `private` or `public` (that address of theirs), `ssm` (Session Manager; `ssm: {plugin: PATH}` where its plugin is not on the path), `proxy: http://host:port` with `credentials: {environment: NAME}` or `{file: PATH}`, or `map` (instance id to host:port); see docs/connectors.md',
  );

export type ConnectorConfiguration = z.infer<typeof connectorSchema>;

/** What unpackers speak. */
export const protocolSchema = z
  .enum(['auto', 'grpc', 'srpc'], 'auto, grpc or srpc')
  .describe(
    'what unpackers speak: `grpc` (ours, the default), `srpc` (the Go daemons), or `auto`, which asks each unpacker once; see docs/existing-estates.md',
  );

export type UnpackerProtocol = z.infer<typeof protocolSchema>;

const readBackSchema = z
  .boolean()
  .describe(
    'have unpackers that speak `srpc` read what they have unpacked and compare it with the image before it is captured, which costs one more reading of the volume; `false` is the default. Over `grpc` it changes nothing: what is fetched is verified there. See docs/existing-estates.md',
  );

const overrideSchema = z.strictObject({
  targets: z.string().describe('which targets, as for `--targets`'),
  kmsKey: z.string().min(1).optional().describe('KMS key of volume, snapshot and AMI there'),
  connector: connectorSchema.optional(),
  protocol: protocolSchema.optional(),
  readBack: readBackSchema.optional(),
  bestEffort: z.boolean().optional().describe('a target that fails does not fail the publication'),
});

/** The configuration file: accounts by name, groups of targets, and what differs per target. */
export const configurationSchema = z.strictObject({
  accounts: z
    .record(name, accountSchema)
    .optional()
    .describe('accounts by name; by default every AWS profile that can give credentials'),
  targets: z.string().optional().describe('what `--targets` is when left out'),
  skipTargets: z.string().optional().describe('what `--skip-targets` is when left out'),
  imageServer: z.string().optional().describe('host:port of the image server'),
  imageServerProtocol: z
    .enum(imageServerProtocols, 'auto, grpc or srpc')
    .optional()
    .describe(
      'what the image server speaks: `grpc` (ours, the default), `srpc` (that of Go), or `auto`, which asks it; unpackers must fetch from it the same way',
    ),
  certificates: z.string().optional().describe('folder with CA.pem and client certificates'),
  journal: z
    .string()
    .min(1)
    .optional()
    .describe(
      'where journals are kept: a folder, or `s3://BUCKET/PREFIX`, with `?region=` and `&profile=` if need be',
    ),
  instanceName: z.string().min(1).optional().describe('`Name` tag of unpacker instances'),
  connector: connectorSchema.optional(),
  protocol: protocolSchema.optional(),
  readBack: readBackSchema.optional(),
  srpc: z
    .strictObject({
      certificates: z
        .string()
        .min(1)
        .optional()
        .describe('folder with the client certificates for Go daemons; by default that of `certificates`'),
      ca: z
        .string()
        .min(1)
        .optional()
        .describe('file with their authorities, or `any-server`; by default `CA.pem` in that folder'),
    })
    .optional()
    .describe('credentials for unpackers, and an image server, that speak SRPC'),
  overrides: z
    .array(overrideSchema)
    .optional()
    .describe('what differs per target; the last that fits decides'),
});

export type Configuration = z.infer<typeof configurationSchema>;
export type AccountConfiguration = z.infer<typeof accountSchema>;
export type TargetOverride = z.infer<typeof overrideSchema>;
