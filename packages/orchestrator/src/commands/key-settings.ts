import { lifecycleOperations } from '@ami-publisher/core';
import { type Setting, wholeNumberFromText } from '@ami-publisher/daemon';
import * as z from 'zod';
import { roles } from '../keys/keys.js';
import { databaseSettings } from '../settings.js';

const listFromText = (text: string): unknown => text.split(',').map((item) => item.trim());
const wholeNumber = z.number('a whole number').int('a whole number').min(0, 'at least 0');

const name = {
  flag: '--name <name>',
  summary: 'whose key it is; stands in the audit log and in approvals',
  schema: z.string().regex(/^[\w.@-]{1,64}$/, 'up to 64 letters, digits and . _ @ -'),
  required: true,
} as const satisfies Setting;

/** Where clients find a key. */
const storeSettings = {
  store: {
    flag: '--store <store>',
    summary: 'put the key where clients look for it in place of printing it: secretsmanager',
    schema: z.enum(['secretsmanager'], 'secretsmanager'),
  },
  region: {
    flag: '--region <region>',
    summary: "AWS region of the store; the profile's if left out",
    schema: z.string().min(1, 'the name of a region'),
  },
  profile: {
    flag: '--profile <name>',
    summary: 'AWS profile for the store',
    schema: z.string().min(1, 'the name of a profile'),
  },
} as const satisfies Readonly<Record<string, Setting>>;

/** What all commands about keys are told. */
export const listKeySettings = { ...databaseSettings, ...storeSettings } as const;

export const createKeySettings = {
  ...listKeySettings,
  name,
  roles: {
    flag: '--roles <roles>',
    summary: `what its holder does, comma-separated: ${roles.join(', ')}`,
    schema: z.array(z.enum(roles, `of ${roles.join(', ')}`)),
    fromText: listFromText,
    default: [],
  },
  operations: {
    flag: '--operations <operations>',
    summary: `what it is good for besides, comma-separated: ${lifecycleOperations.join(', ')}`,
    schema: z.array(z.enum(lifecycleOperations, `of ${lifecycleOperations.join(', ')}`)),
    fromText: listFromText,
    default: [],
  },
  expiresDays: {
    flag: '--expires-days <days>',
    summary: 'how long it is good for, days; for ever if left out',
    schema: wholeNumber.min(1, 'at least 1'),
    fromText: wholeNumberFromText,
  },
} as const satisfies Readonly<Record<string, Setting>>;

export const rotateKeySettings = {
  ...listKeySettings,
  name,
  overlapHours: {
    flag: '--overlap-hours <hours>',
    summary: 'how long the keys before it stay good, hours',
    schema: wholeNumber,
    fromText: wholeNumberFromText,
    default: 24,
  },
} as const satisfies Readonly<Record<string, Setting>>;

export const revokeKeySettings = { ...listKeySettings, name } as const satisfies Readonly<
  Record<string, Setting>
>;
