import { parsePair } from '@ami-publisher/base';
import * as z from 'zod';
import { requestableEvents } from './events.js';

const label = z.string().min(1, 'text that is not empty').max(255, 'at most 255 characters');
const url = z
  .string()
  .max(2048)
  .regex(/^https?:\/\/[^\s]+$/, 'an http or https URL');

const topicArn = z
  .string()
  .regex(/^arn:aws[\w-]*:sns:[a-z0-9-]+:\d{12}:[\w-]{1,256}(\.fifo)?$/, 'the ARN of a topic of SNS');

/** Where to tell of what becomes of a lifecycle. */
export const notificationSchema = z
  .discriminatedUnion('method', [
    z.strictObject({ method: z.literal('EMAIL'), target: z.email('an e-mail address') }),
    z.strictObject({ method: z.literal('HTTP'), target: url }),
    z.strictObject({ method: z.literal('SNS'), target: topicArn }),
  ])
  .meta({ id: 'Notification', description: 'Where to tell of what becomes of a lifecycle.' });
export type Notification = z.output<typeof notificationSchema>;

/** Whom `EMAIL=address`, `HTTP=url` or `SNS=arn` means; the schema of the request judges it. @throws `INVALID_OPTION` without an equals sign */
export const parseNotification = (text: string): { readonly method: string; readonly target: string } => {
  const [method, target] = parsePair('notify', text);
  return { method: method.toUpperCase(), target };
};

/** Free keys and values that go with a request: any JSON. */
export const propertiesSchema = z.record(z.string(), z.unknown());

/** Each of the names once, in any order, switched on or off. */
const eventsSchema = <const Names extends readonly [string, ...string[]]>(names: Names) =>
  z
    .array(z.strictObject({ name: z.enum(names), enabled: z.boolean() }))
    .length(names.length, `all ${names.length} events`)
    .refine((events) => new Set(events.map(({ name }) => name)).size === events.length, 'each event once');

const owner = label.meta({ description: 'Who asks.' });
const stackTag = label.meta({
  description: 'Slug of the branch. AMIs of one stack tag share a series of versions.',
});
const notifications = z.array(notificationSchema).min(1, 'at least one').max(50, 'at most 50');
const lifecycleId = z.uuid('a UUID');
const commitRef = label.meta({ description: 'Git commit of the source.' });

/** POST `/ami-creation/lifecycles`. */
export const createRequestSchema = z
  .strictObject({
    stack_tag: stackTag,
    owner,
    notifications,
    events: eventsSchema(requestableEvents['ami-creation']),
    product_name: label,
    product_ver: label,
    commit_ref: commitRef,
    properties: propertiesSchema.optional(),
  })
  .meta({ id: 'CreateRequest' });
export type CreateRequest = z.output<typeof createRequestSchema>;

/** PUT `/ami-creation/lifecycles`. */
export const updateRequestSchema = z
  .strictObject({
    lifecycle_id: lifecycleId,
    stack_tag: stackTag,
    owner,
    notifications,
    events: eventsSchema(requestableEvents['ami-creation']),
    product_name: label.optional().meta({ description: 'Taken and not looked at: it never changes.' }),
    product_ver: label.optional().meta({ description: 'Taken and not looked at: it never changes.' }),
    commit_ref: z.string().optional().meta({ description: 'Taken and not looked at: it never changes.' }),
    properties: propertiesSchema.nullish(),
  })
  .meta({ id: 'UpdateRequest' });
export type UpdateRequest = z.output<typeof updateRequestSchema>;

/** The verdicts of a certification. */
export const certificationStatuses = ['CERTIFIED', 'FAILED'] as const;
/** The verdicts of an approval; the last is the refusal's name in the original's own specification. */
export const approvalStatuses = ['APPROVED', 'FAILED', 'NOT_APPROVED'] as const;

/** POST `/ami-creation/lifecycles/{lifecycle-id}/certify`. */
export const certifyRequestSchema = z
  .strictObject({
    lifecycle_id: lifecycleId,
    stack_tag: stackTag,
    certification_status: z.enum(certificationStatuses),
    properties: propertiesSchema.optional(),
  })
  .meta({ id: 'CertifyRequest' });
export type CertifyRequest = z.output<typeof certifyRequestSchema>;

/** POST `/ami-creation/lifecycles/{lifecycle-id}/approve` and `/ami-patch/lifecycles/{lifecycle-id}/approve`. */
export const approveRequestSchema = z
  .strictObject({
    lifecycle_id: lifecycleId,
    stack_tag: stackTag,
    approval_status: z.enum(approvalStatuses),
    properties: propertiesSchema.optional(),
  })
  .meta({ id: 'ApproveRequest' });
export type ApproveRequest = z.output<typeof approveRequestSchema>;

/** By which part of its version a patch raises it. */
export const semverBumpTypes = ['MINOR', 'PATCH'] as const;

/** What a patch is about; more keys are kept as they are. */
export const patchPropertiesSchema = z
  .looseObject({
    patch_component_url: z.string().regex(/^s3:\/\/[^/\s]+\/\S+$/, 's3://BUCKET/KEY'),
    patch_change_description: label,
    semver_bump_type: z.enum(semverBumpTypes),
  })
  .meta({ id: 'PatchProperties' });
export type PatchProperties = z.output<typeof patchPropertiesSchema>;

/** Which AMI a patch starts from, where the newest patch is not approved. */
export const patchBases = ['latest', 'approved'] as const;
export type PatchBase = (typeof patchBases)[number];

/** POST `/ami-patch/lifecycles`. */
export const createPatchRequestSchema = z
  .strictObject({
    lifecycle_id: lifecycleId,
    stack_tag: stackTag,
    owner,
    notifications,
    commit_ref: commitRef,
    events: eventsSchema(requestableEvents['ami-patch']),
    properties: patchPropertiesSchema,
    base: z.enum(patchBases).optional().meta({
      description:
        'Which AMI to patch where the newest patch is not approved: that one all the same, or the newest that is approved.',
    }),
  })
  .meta({ id: 'CreatePatchRequest' });
export type CreatePatchRequest = z.output<typeof createPatchRequestSchema>;

/** PUT `/ami-patch/lifecycles`. */
export const updatePatchRequestSchema = z
  .strictObject({
    lifecycle_id: lifecycleId,
    stack_tag: stackTag,
    owner,
    notifications,
    commit_ref: z.string().max(255).optional().meta({ description: 'Empty: as it was.' }),
    events: eventsSchema(requestableEvents['ami-patch']),
    properties: propertiesSchema.nullish(),
  })
  .meta({ id: 'UpdatePatchRequest' });
export type UpdatePatchRequest = z.output<typeof updatePatchRequestSchema>;
