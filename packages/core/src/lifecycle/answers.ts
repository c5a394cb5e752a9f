import * as z from 'zod';

/** An event's entry in a request, as records keep it. */
const requestedEventSchema = z.looseObject({ name: z.string(), enabled: z.boolean() });

const channelSchema = z.looseObject({ method: z.string(), target: z.string().optional() });

/** Answer of all routes that write. */
export const writeAnswerSchema = z
  .looseObject({
    lifecycle_id: z.string(),
    owner: z.string(),
    creation_date: z.string().meta({ description: 'MM/DD/YYYY, HH:MM:SS in UTC.' }),
    notification_channels: z.array(channelSchema),
    skipped_events: z
      .array(z.string())
      .optional()
      .meta({ description: 'Events that were asked for and not started, as they are completed already.' }),
  })
  .meta({ id: 'WriteAnswer' });
export type WriteAnswer = z.output<typeof writeAnswerSchema>;

/** Result of an event. */
export const eventResultSchema = z
  .looseObject({
    name: z.string(),
    status: z.string().meta({ description: 'COMPLETED or FAILED.' }),
    status_date: z.string(),
    lifecycle_id: z.string(),
    properties: z.record(z.string(), z.unknown()).optional(),
  })
  .meta({ id: 'EventResult' });
export type EventResult = z.output<typeof eventResultSchema>;

/** The execution that runs, or has come to nothing. */
export const eventInProgressSchema = z
  .looseObject({
    name: z.string(),
    description: z.string().optional(),
    execution_arn: z.string().optional(),
    execution_startdate: z.string(),
    properties: z.record(z.string(), z.unknown()).optional(),
    status: z
      .string()
      .optional()
      .meta({ description: 'Not there while it runs; else ERROR or ERROR_EVENT_TIMEOUT.' }),
    status_date: z.string().optional(),
    error_message: z.string().optional(),
    stack_trace: z.string().optional(),
  })
  .meta({ id: 'EventInProgress' });
export type EventInProgress = z.output<typeof eventInProgressSchema>;

const eventListSchema = z.looseObject({ events: z.array(eventResultSchema) });

/** A lifecycle as the status routes tell it. */
export const lifecycleRecordSchema = z
  .looseObject({
    lifecycle_id: z.string(),
    creation_date: z.string(),
    update_date: z.string().optional(),
    stack_tag: z.string(),
    owner: z.string(),
    product_name: z.string().optional(),
    product_ver: z.string().optional(),
    commit_ref: z.string().optional(),
    notifications: z.array(channelSchema),
    properties: z.record(z.string(), z.unknown()).nullish(),
    timeline: z.looseObject({ ami_creation: z.string(), ami_patch: z.string().optional() }).optional(),
    inputs_ami_creation: z.looseObject({ events: z.array(requestedEventSchema) }),
    inputs_ami_patch: z
      .looseObject({
        owner: z.string(),
        update_date: z.string(),
        notifications: z.array(channelSchema),
        events: z.array(requestedEventSchema),
        commit_ref: z.string(),
        properties: z.record(z.string(), z.unknown()).nullish(),
      })
      .optional(),
    notification_deliveries: z
      .looseObject({ PENDING: z.int(), DELIVERED: z.int(), FAILED: z.int() })
      .optional()
      .meta({ description: 'How many notifications of the lifecycle stand how; not in lists.' }),
    event_in_progress: eventInProgressSchema.optional(),
    outputs_ami_creation: eventListSchema.optional(),
    outputs_ami_patch: z
      .looseObject({
        patch_history: z.looseObject({
          current: eventListSchema.optional(),
          historical: z.array(eventListSchema).optional(),
        }),
      })
      .optional(),
  })
  .meta({ id: 'LifecycleRecord' });
export type LifecycleRecord = z.output<typeof lifecycleRecordSchema>;

/** Where the disk that was exported for QA can be fetched, for some minutes and by whoever has the URL. */
export const exportLinkSchema = z
  .strictObject({
    url: z.url(),
    expires_at: z.iso.datetime(),
    bytes: z.int().min(0),
    file: z.string().meta({ description: 'A name for the file.' }),
  })
  .meta({ id: 'ExportLink' });
export type ExportLink = z.output<typeof exportLinkSchema>;

/** Every answer that is not a success. */
export const errorAnswerSchema = z
  .looseObject({
    error: z.string().meta({ description: 'What was wrong, for people.' }),
    code: z.string().optional().meta({ description: 'What was wrong, for programs.' }),
  })
  .meta({ id: 'ErrorAnswer' });
