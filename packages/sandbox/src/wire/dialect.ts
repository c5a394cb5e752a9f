import type { NormalizedSchema } from '@smithy/core/schema';
import type { ApiError } from '../model/api-error.js';

/** A schema as `NormalizedSchema.of` takes it. */
export type SchemaRef = Parameters<typeof NormalizedSchema.of>[0];

/** Traits of a member or a shape, as smithy schemas carry them. */
export type Traits = ReturnType<NormalizedSchema['getMergedTraits']>;

/** One of AWS's two query protocols: form bodies in, XML out. */
export interface Dialect {
  readonly service: 'autoscaling' | 'cloudformation' | 'ec2' | 'sns' | 'sts';
  /** The only `Version` that is understood. */
  readonly version: string;
  /** Whether list items follow their list's name at once (`Tag.1`), rather than after `member` (`Tag.member.1`). */
  readonly flatLists: boolean;
  /** The name of a structure's member in a form body. */
  readonly parameterName: (memberName: string, traits: Traits) => string;
  /** The whole answer around the members of an output. */
  readonly answer: (action: string, members: string, requestId: string) => string;
  /** The whole answer for an error. */
  readonly error: (error: ApiError, requestId: string) => string;
}
