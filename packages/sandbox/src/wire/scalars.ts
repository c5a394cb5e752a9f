import type { NormalizedSchema } from '@smithy/core/schema';
import { invalidParameter } from '../model/api-error.js';

/** Kinds of timestamp schemas, as smithy numbers them. */
const epochSeconds = 7;
const httpDate = 6;

interface ScalarCodec {
  readonly fits: (schema: NormalizedSchema) => boolean;
  /** @returns undefined if the text is not a value of the type. */
  readonly parse: (text: string, schema: NormalizedSchema) => unknown;
  readonly format: (value: unknown, schema: NormalizedSchema) => string;
  readonly expectation: string;
}

const booleans: Readonly<Record<string, boolean>> = { true: true, false: false };

const parseNumber = (text: string): number | undefined => {
  const value = Number(text);
  return text.trim() === '' || Number.isNaN(value) ? undefined : value;
};

const parseTimestamp = (text: string, schema: NormalizedSchema): Date | undefined => {
  const milliseconds = schema.getSchema() === epochSeconds ? Number(text) * 1000 : Date.parse(text);
  return Number.isNaN(milliseconds) ? undefined : new Date(milliseconds);
};

const formatTimestamp = (value: unknown, schema: NormalizedSchema): string => {
  const date = value as Date;
  if (schema.getSchema() === epochSeconds) return String(date.getTime() / 1000);
  return schema.getSchema() === httpDate ? date.toUTCString() : date.toISOString();
};

const codecs: readonly ScalarCodec[] = [
  {
    fits: (schema) => schema.isStringSchema(),
    parse: (text) => text,
    format: String,
    expectation: 'a string',
  },
  {
    fits: (schema) => schema.isBooleanSchema(),
    parse: (text) => booleans[text.toLowerCase()],
    format: String,
    expectation: 'a boolean',
  },
  {
    fits: (schema) => schema.isNumericSchema(),
    parse: parseNumber,
    format: String,
    expectation: 'a number',
  },
  {
    fits: (schema) => schema.isTimestampSchema(),
    parse: parseTimestamp,
    format: formatTimestamp,
    expectation: 'a timestamp',
  },
  {
    fits: (schema) => schema.isBlobSchema(),
    parse: (text) => Uint8Array.from(Buffer.from(text, 'base64')),
    format: (value) => Buffer.from(value as Uint8Array).toString('base64'),
    expectation: 'Base64',
  },
];

const codecOf = (schema: NormalizedSchema): ScalarCodec => {
  const codec = codecs.find(({ fits }) => fits(schema));
  if (codec === undefined)
    throw new TypeError(`no codec for the schema ${schema.getName(true) ?? String(schema.getSchema())}`);
  return codec;
};

/**
 * A value out of a form body.
 *
 * @throws `InvalidParameterValue` if the text does not fit the schema.
 */
export const parseScalar = (schema: NormalizedSchema, text: string, parameter: string): unknown => {
  const codec = codecOf(schema);
  const value = codec.parse(text, schema);
  if (value === undefined) throw invalidParameter(parameter, text, `Expected ${codec.expectation}.`);
  return value;
};

/** A value as XML text, not yet escaped. */
export const formatScalar = (schema: NormalizedSchema, value: unknown): string =>
  codecOf(schema).format(value, schema);
