import * as z from 'zod';
import { checkSchema } from './checks.js';
import { scanPolicySchema } from './scan-policy.js';

const accountId = z.string().regex(/^\d{12}$/, { error: 'expected an account id of twelve digits' });

/** How throw-away instances are launched. */
const instanceSchema = z.strictObject({
  type: z.string().default('t3.medium'),
  subnetId: z.string().startsWith('subnet-').optional(),
  securityGroupIds: z.array(z.string().startsWith('sg-')).min(1).optional(),
  /** Name of an instance profile that lets Systems Manager in. */
  profile: z.string().min(1).optional(),
});

/** Who certifies. */
const qaSchema = z.strictObject({
  /** Accounts in which QA launches the primary AMI. */
  accounts: z.array(accountId).min(1),
});

const productionSchema = z.strictObject({
  /** Accounts that may launch the AMIs. */
  accounts: z.array(accountId).default([]),
  /** ARNs of organizations and organizational units that may launch the AMIs. */
  organizations: z
    .array(
      z
        .string()
        .regex(/^arn:aws[\w-]*:organizations::\d{12}:(organization\/o-|ou\/o-[a-z0-9]+\/ou-)[a-z0-9-]+$/, {
          error: 'expected the ARN of an organization or of an organizational unit',
        }),
    )
    .default([]),
  /** AWS refuses to deregister the AMIs until the protection is taken off. */
  protect: z.boolean().default(true),
  /** Parameter of Systems Manager that holds, in each target, the id of the newest AMI in production. */
  parameter: z.string().min(1).optional(),
  /** Where a copy of the primary AMI goes. The bucket has to encrypt by a KMS key. */
  backup: z.strictObject({ bucket: z.string().min(3) }).optional(),
});

/** Where the disk of the primary AMI is put for QA. */
const qaExportSchema = z.strictObject({
  /** In the region of the primary target. It has to encrypt by a KMS key. */
  bucket: z.string().min(3),
  /** What keys begin with, without a slash at its end. */
  prefix: z
    .string()
    .regex(/^[\w!.*'()-]+(\/[\w!.*'()-]+)*$/, { error: 'expected names between single slashes' })
    .default('exports'),
  /** Name of the role that EC2 exports with what was not published from an image. */
  role: z.string().min(1).default('vmimport'),
  /** For how long a link to the disk is good. */
  linkMinutes: z.int().min(1).max(60).default(15),
});

/** Where patches are made: an instance with this software on it, that reaches the image server. */
const builderSchema = z.strictObject({
  /** Its AMI, in the primary target. */
  image: z.string().regex(/^ami-[0-9a-f]{8,17}$/, { error: 'expected the id of an AMI' }),
  /** The command line there. */
  command: z.array(z.string().min(1)).min(1).default(['ami-publisher']),
  /** How it reaches the image server, such as `--image-server images:6971 --certs /etc/ami-publisher/tls`. */
  options: z.array(z.string().min(1)).default([]),
});

/** EC2 Image Builder in place of our own ways. */
const imageBuilderSchema = z.strictObject({
  /** ARN of the pipeline that builds, in the primary target. @default the stream is published */
  pipeline: z
    .string()
    .regex(/^arn:[\w-]+:imagebuilder:[\w-]+:\d{12}:image-pipeline\/[\w-]+$/, {
      error: 'expected the ARN of an image pipeline',
    })
    .optional(),
  /** Has it make patches as well, on an instance with the type, subnet, groups and profile of `instance`. */
  patches: z.boolean().default(false),
});

/** How the AMIs of one product are made and judged. */
const productFields = z.strictObject({
  /** Stack tags that it is for; `*` stands for any characters. */
  stackTags: z.string().default('*'),
  /** Product names that it is for. */
  products: z.string().default('*'),
  /** The stream that is published; for a product that a pipeline builds, what messages call it. */
  stream: z.string().min(1),
  /** Where to: `account,region;…`. */
  targets: z.string().min(1),
  /** The target whose AMI is tested, scanned and exported: `account,region`. */
  primary: z.string().regex(/^[^,;*]+,[^,;*]+$/, { error: 'expected one target: account,region' }),
  kmsKey: z.string().min(1).optional(),
  architecture: z.enum(['x86_64', 'arm64']).default('x86_64'),
  /** Tags of the AMIs. */
  tags: z.record(z.string(), z.string()).default({}),
  instance: instanceSchema.prefault({}),
  /** @default the product cannot be patched */
  builder: builderSchema.optional(),
  /** @default neither builds nor patches are left to it */
  imageBuilder: imageBuilderSchema.prefault({}),
  smokeTests: z.array(checkSchema).min(1).optional(),
  scan: scanPolicySchema.prefault({}),
  /** @default the product cannot be certified */
  qa: qaSchema.optional(),
  production: productionSchema.prefault({}),
  /** @default QA_CERTIFICATION_REQUEST is refused */
  qaExport: qaExportSchema.optional(),
});

const productSchema = productFields
  .refine(({ imageBuilder, instance }) => !imageBuilder.patches || instance.profile !== undefined, {
    path: ['instance', 'profile'],
    error: 'expected the name of an instance profile, which Image Builder needs for patches',
  })
  .refine(({ imageBuilder, builder }) => builder === undefined || !imageBuilder.patches, {
    path: ['builder'],
    error: 'expected no builder where imageBuilder has patches: one of them makes them',
  })
  .refine(({ imageBuilder, builder }) => builder === undefined || imageBuilder.pipeline === undefined, {
    path: ['builder'],
    error:
      'expected no builder for AMIs of a pipeline, which have no image to patch: use imageBuilder.patches',
  });

export type Product = z.output<typeof productSchema>;

/** How long the work of an event may take, minutes. */
const timeLimitsSchema = z.strictObject({
  build: z.int().min(1).default(180),
  smokeTests: z.int().min(1).default(120),
  scan: z.int().min(1).default(180),
  qa: z.int().min(1).default(30),
  production: z.int().min(1).default(180),
  qaExport: z.int().min(1).default(180),
});

/** What executors are told: the first product that fits a lifecycle is its product. */
export const executorConfigurationSchema = z.strictObject({
  /** Accounts, image server, certificates and journals: as the configuration file of `ami-publisher` has them. */
  publisher: z.unknown().optional(),
  products: z.array(productSchema).min(1),
  timeLimitMinutes: timeLimitsSchema.prefault({}),
});

export type ExecutorConfiguration = z.output<typeof executorConfigurationSchema>;
