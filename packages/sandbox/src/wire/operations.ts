import * as autoscaling from '@aws-sdk/client-auto-scaling';
import * as cloudformation from '@aws-sdk/client-cloudformation';
import * as ec2 from '@aws-sdk/client-ec2';
import * as sns from '@aws-sdk/client-sns';
import * as sts from '@aws-sdk/client-sts';
import { NormalizedSchema } from '@smithy/core/schema';
import type { Dialect, SchemaRef } from './dialect.js';

/** An action as its client's schemas describe it. */
export interface Operation {
  readonly name: string;
  readonly input: NormalizedSchema;
  readonly output: NormalizedSchema;
}

/** What smithy's code generator writes for an operation: kind, namespace, name, traits, input, output. */
type OperationSchema = readonly [9, string, string, unknown, SchemaRef, SchemaRef];

const schemas: Readonly<Record<Dialect['service'], object>> = { autoscaling, cloudformation, ec2, sns, sts };

const isOperationSchema = (schema: unknown): schema is OperationSchema =>
  Array.isArray(schema) && schema[0] === 9;

/**
 * Finds an action of a service by name in the schemas that the service's client exports (`DescribeVolumes$`).
 *
 * @returns undefined if the service has no such action.
 */
export const findOperation = (service: Dialect['service'], name: string): Operation | undefined => {
  const schema = (schemas[service] as Readonly<Record<string, unknown>>)[`${name}$`];
  if (!isOperationSchema(schema)) return undefined;
  return { name, input: NormalizedSchema.of(schema[4]), output: NormalizedSchema.of(schema[5]) };
};
