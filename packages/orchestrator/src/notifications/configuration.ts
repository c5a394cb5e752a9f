import { notificationSchema } from '@ami-publisher/core';
import * as z from 'zod';
import { noticeKinds } from '../lifecycles/draft.js';

const fileName = z.string().min(1, { error: 'expected the name of a file' });

const emailSchema = z.strictObject({
  /** `smtps://HOST[:465]`: TLS from the start; `smtp://HOST[:587]`: STARTTLS, without which nothing is sent but to this machine. */
  server: z.string().regex(/^smtps?:\/\/[^\s/@?#]+$/, {
    error: 'expected smtp://HOST:PORT or smtps://HOST:PORT, without a login',
  }),
  user: z.string().min(1).optional(),
  /** Holds the password alone. */
  passwordFile: fileName.optional(),
  /** Authorities in place of the usual ones, PEM. */
  caFile: fileName.optional(),
  /** Sender, `Name <address>` or an address. */
  from: z.string().regex(/^[^\r\n]*[^\s@<]+@[^\s@>]+>?$/, { error: 'expected an address' }),
});

const webhooksSchema = z.strictObject({
  /** A secret a line, `whsec_` and base64 of at least 24 bytes; every one of them signs. */
  secretFile: fileName,
  /** Hosts that may be reached although their addresses are not of the internet. */
  privateHosts: z.array(z.string().min(1)).default([]),
});

const recipientSchema = z.strictObject({
  to: notificationSchema,
  /** What it is told of. @default everything */
  kinds: z.array(z.enum(noticeKinds)).min(1).optional(),
  /** Stack tags that it is told of; `*` stands for any characters. */
  stackTags: z.string().default('*'),
  /** Product names that it is told of. */
  products: z.string().default('*'),
});

/** How and whom a server tells. A method that is left out is not served. */
export const notificationConfigurationSchema = z
  .strictObject({
    email: emailSchema.optional(),
    webhooks: webhooksSchema.optional(),
    /** Topics of SNS, with the credentials that AWS's SDK finds. */
    topics: z.strictObject({}).optional(),
    /** Folder of templates in place of the built-in ones. */
    templates: z.string().min(1).optional(),
    /** Who is told beside those that lifecycles name. */
    recipients: z.array(recipientSchema).default([]),
    /** How often a delivery is tried. */
    attempts: z.int().min(1).max(100).default(10),
  })
  .refine(({ email }) => (email?.user === undefined) === (email?.passwordFile === undefined), {
    error: 'expected both user and passwordFile, or neither',
    path: ['email'],
  });

export type NotificationConfiguration = z.output<typeof notificationConfigurationSchema>;
