import { z } from 'zod';

const name = z.string().regex(/^[^\s,;*@]+$/, 'a name without blanks, commas, semicolons, * and @');

/** One AWS account as the configuration names it. */
export const accountSchema = z
  .strictObject({
    /** AWS profile that gives the credentials; also the base of `roleArn`. */
    profile: z.string().min(1).optional(),
    /** Role to assume for this account. */
    roleArn: z
      .string()
      .regex(/^arn:aws(-cn|-us-gov)?:iam::\d{12}:role\/.+$/, 'a role ARN')
      .optional(),
    externalId: z.string().min(1).optional(),
    /** Where account-wide questions are asked. */
    homeRegion: z.string().min(1).optional(),
  })
  .refine(
    (account) => account.profile !== undefined || account.roleArn !== undefined,
    'needs a profile, a roleArn or both',
  );

/** Where and how a target's unpacker is reached; `private` is its private address. */
export const connectorSchema = z.union([
  z.literal('private'),
  z.strictObject({ map: z.record(z.string(), z.string().regex(/^.+:\d+$/, 'host:port')) }),
]);

export type ConnectorConfiguration = z.infer<typeof connectorSchema>;

const overrideSchema = z.strictObject({
  /** A target list, as on the command line. */
  targets: z.string(),
  kmsKey: z.string().min(1).optional(),
  connector: connectorSchema.optional(),
  /** A best-effort target that fails does not fail the publication. */
  bestEffort: z.boolean().optional(),
});

/** The configuration file: accounts by name, groups of targets, and what differs per target. */
export const configurationSchema = z.strictObject({
  accounts: z.record(name, accountSchema).optional(),
  /** What `--targets` is when left out. */
  targets: z.string().optional(),
  skipTargets: z.string().optional(),
  imageServer: z.string().optional(),
  certificates: z.string().optional(),
  instanceName: z.string().min(1).optional(),
  connector: connectorSchema.optional(),
  overrides: z.array(overrideSchema).optional(),
});

export type Configuration = z.infer<typeof configurationSchema>;
export type AccountConfiguration = z.infer<typeof accountSchema>;
export type TargetOverride = z.infer<typeof overrideSchema>;
