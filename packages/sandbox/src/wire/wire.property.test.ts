import * as autoscaling from '@aws-sdk/client-auto-scaling';
import * as cloudformation from '@aws-sdk/client-cloudformation';
import * as ec2 from '@aws-sdk/client-ec2';
import * as sns from '@aws-sdk/client-sns';
import * as sts from '@aws-sdk/client-sts';
import { HttpResponse } from '@smithy/core/protocols';
import type { NormalizedSchema } from '@smithy/core/schema';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { autoScalingHandlers } from '../autoscaling/handlers.js';
import { cloudFormationHandlers } from '../cloudformation/handlers.js';
import { ec2Handlers } from '../ec2/handlers.js';
import { snsHandlers } from '../sns/handlers.js';
import { stsHandlers } from '../sts/handlers.js';
import type { Dialect } from './dialect.js';
import { autoScalingDialect, cloudFormationDialect, ec2Dialect, snsDialect, stsDialect } from './dialects.js';
import { parseForm } from './form.js';
import { decodeInput } from './form-decoder.js';
import { findOperation, type Operation } from './operations.js';
import { encodeOutput } from './xml-encoder.js';

/** Characters that XML can hold; the SDK's parser drops values that are blank but for a line break. */
const text = fc
  .string({
    unit: fc.oneof(
      fc.constantFrom(...'<>&"\'%+=;. \t\r\n'),
      fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 }),
    ),
    maxLength: 12,
  })
  .filter((value) => !/[\p{Cc}\p{Cs}\p{Cn}]/u.test(value.replace(/[\t\n\r]/g, '')))
  .filter((value) => value.trim() !== '' || value === '');

const scalar = (schema: NormalizedSchema): fc.Arbitrary<unknown> => {
  if (schema.isBooleanSchema()) return fc.boolean();
  if (schema.isNumericSchema()) return fc.integer();
  if (schema.isTimestampSchema())
    return fc.date({ min: new Date(0), max: new Date('2999-12-31'), noInvalidDate: true });
  if (schema.isBlobSchema()) return fc.uint8Array({ minLength: 1, maxLength: 9 });
  return text;
};

/** Values of a schema. A form body cannot tell an empty structure from an absent one, so none is empty. */
const anyValue = (schema: NormalizedSchema, depth: number): fc.Arbitrary<unknown> => {
  if (schema.isStructSchema()) return structureOf(schema, depth);
  if (schema.isListSchema()) {
    return fc.array(anyValue(schema.getValueSchema(), depth - 1), { minLength: 1, maxLength: 3 });
  }
  if (schema.isMapSchema()) {
    const key = text.filter((name) => name !== '');
    const value = anyValue(schema.getValueSchema(), depth - 1);
    return fc.dictionary(key, value, { minKeys: 1, maxKeys: 3, noNullPrototype: true });
  }
  return scalar(schema);
};

const isScalar = (schema: NormalizedSchema): boolean =>
  !schema.isStructSchema() && !schema.isListSchema() && !schema.isMapSchema();

const structureOf = (schema: NormalizedSchema, depth: number): fc.Arbitrary<object> => {
  const members = [...schema.structIterator()].filter(([, member]) => depth > 0 || isScalar(member));
  const model = Object.fromEntries(
    members.map(([name, member]) => [name, fc.option(anyValue(member, depth - 1), { nil: undefined })]),
  );
  return fc
    .record(model, { requiredKeys: [] })
    .map((value) => Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)))
    .filter((value) => members.length === 0 || Object.keys(value).length > 0);
};

const inputOf = (operation: Operation): fc.Arbitrary<object> =>
  operation.input.isStructSchema()
    ? fc.oneof(fc.constant({}), structureOf(operation.input, 4))
    : fc.constant({});

const outputOf = (operation: Operation): fc.Arbitrary<object> =>
  operation.output.isStructSchema()
    ? fc.oneof(fc.constant({}), structureOf(operation.output, 5))
    : fc.constant({});

/** An input with what the SDK would otherwise make up, and differently each time. */
const complete = ({ input }: Operation, value: object): object => {
  const members = input.isStructSchema() ? input.getMemberSchemas() : {};
  return {
    ...('ClientToken' in members && { ClientToken: 'token' }),
    ...value,
    ...('PresignedUrl' in members && { PresignedUrl: 'https://ec2.amazonaws.com' }),
  };
};

/** A real client of the service whose requests end in `handle`, which gives the body of the answer. */
const clientOptions = (handle: (body: string) => string) => ({
  region: 'eu-west-1',
  credentials: { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'secret' },
  requestHandler: {
    handle: async (request: { body?: unknown }) => ({
      response: new HttpResponse({
        statusCode: 200,
        headers: {},
        body: Buffer.from(handle(String(request.body))),
      }),
    }),
  },
});

type Send = (input: object, handle: (body: string) => string) => Promise<object>;

type AnyClient = { send(command: unknown): Promise<object>; destroy(): void };

const sender =
  (client: new (options: never) => unknown, command: new (input: never) => unknown): Send =>
  async (input, handle) => {
    const instance = new client(clientOptions(handle) as never) as AnyClient;
    const { $metadata, ...output } = (await instance.send(new command(input as never))) as Record<
      string,
      unknown
    >;
    instance.destroy();
    return output;
  };

const commandOf = (module: object, action: string) =>
  (module as Record<string, new (input: never) => unknown>)[`${action}Command`]!;

const services: readonly [Dialect, readonly string[], (action: string) => Send][] = [
  [
    autoScalingDialect,
    Object.keys(autoScalingHandlers),
    (action) => sender(autoscaling.AutoScalingClient, commandOf(autoscaling, action)),
  ],
  [
    cloudFormationDialect,
    Object.keys(cloudFormationHandlers),
    (action) => sender(cloudformation.CloudFormationClient, commandOf(cloudformation, action)),
  ],
  [ec2Dialect, Object.keys(ec2Handlers), (action) => sender(ec2.EC2Client, commandOf(ec2, action))],
  [snsDialect, Object.keys(snsHandlers), (action) => sender(sns.SNSClient, commandOf(sns, action))],
  [stsDialect, Object.keys(stsHandlers), (action) => sender(sts.STSClient, commandOf(sts, action))],
];

const cases = services.flatMap(([dialect, actions, send]) =>
  actions.map((action) => ({ title: `${dialect.service}:${action}`, dialect, action, send: send(action) })),
);

describe('The wire codec', () => {
  test.each(cases)(
    '[WIRE-1] decodes what the SDK sends for $title to the input it was given',
    async ({ dialect, action, send }) => {
      const operation = findOperation(dialect.service, action)!;
      await fc.assert(
        fc.asyncProperty(inputOf(operation), async (input) => {
          let decoded: object = {};
          const completed = complete(operation, input);
          await send(completed, (body) => {
            decoded = decodeInput(dialect, operation.input, parseForm(body));
            return dialect.answer(action, '', 'id');
          });
          expect(decoded).toStrictEqual(completed);
        }),
        { numRuns: 25 },
      );
    },
  );

  test.each(cases)(
    '[WIRE-1] encodes an output of $title so that the SDK reads the same object',
    async ({ dialect, action, send }) => {
      const operation = findOperation(dialect.service, action)!;
      await fc.assert(
        fc.asyncProperty(outputOf(operation), async (output) => {
          const received = await send(complete(operation, {}), () =>
            dialect.answer(action, encodeOutput(operation.output, output), 'id'),
          );
          expect(received).toStrictEqual(output);
        }),
        { numRuns: 25 },
      );
    },
  );
});
