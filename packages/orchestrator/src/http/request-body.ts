import { AmiPublisherError } from '@ami-publisher/base';
import { eventOfName } from '@ami-publisher/core';
import type * as z from 'zod';
import { type Body, type ShapeRule, shapeFault } from '../rules/request-shape.js';
import { broken } from '../rules/rule-error.js';

/** How deep JSON may be nested. */
const mostDepth = 32;

/** @throws `REQUEST_INVALID` if the text is no JSON object; `REQUEST_VALUE_INVALID` for what a database cannot hold. */
export const parseBody = (text: string): Body => {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new AmiPublisherError('REQUEST_INVALID', {
      message: `the body is not JSON: ${(cause as Error).message}`,
    });
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw broken('REQUEST_INVALID', 'expected the body to be a JSON object');
  }
  requireStorable(value, 0);
  return value as Body;
};

/** @throws `REQUEST_VALUE_INVALID` for texts with NUL or half characters, and for nesting without end. */
const requireStorable = (value: unknown, depth: number): void => {
  if (depth > mostDepth)
    throw broken('REQUEST_VALUE_INVALID', `the body is nested deeper than ${mostDepth} levels`);
  if (typeof value === 'string' && /\0|\p{Surrogate}/u.test(value)) {
    throw broken('REQUEST_VALUE_INVALID', 'a text of the body has a NUL, or half of a character');
  }
  if (typeof value !== 'object' || value === null) return;
  for (const [name, item] of Object.entries(value)) {
    requireStorable(name, depth);
    requireStorable(item, depth + 1);
  }
};

/** The body with its event names as this server has them: in upper case, the misspelt one misspelt. */
export const withCanonicalEvents = (body: Body): Body => {
  if (!Array.isArray(body.events)) return body;
  const events = body.events.map((event: unknown) => {
    if (typeof event !== 'object' || event === null || !('name' in event)) return event;
    return { ...event, name: eventOfName(String(event.name)) ?? event.name };
  });
  return { ...body, events };
};

/** @throws `REQUEST_INVALID` with the text of the first fault, if the body lacks something. */
export const requireShape = (rules: readonly ShapeRule[] | undefined, body: Body): void => {
  const fault = shapeFault(rules ?? [], body);
  if (fault !== undefined) throw broken('REQUEST_INVALID', fault);
};

/** @throws `REQUEST_VALUE_INVALID` naming the first value that the schema does not let through. */
export const checkedBy = (schema: z.ZodType, value: unknown): unknown => {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw broken('REQUEST_VALUE_INVALID', issue === undefined ? 'the request is not valid' : textOf(issue));
};

const textOf = (issue: z.core.$ZodIssue): string => {
  const name = (path: readonly PropertyKey[]) => `\`${path.join('.')}\``;
  if (issue.code === 'unrecognized_keys') {
    return `there is no field ${issue.keys.map((key) => name([...issue.path, key])).join(', ')}`;
  }
  return `${name(issue.path)}: ${issue.message}`;
};
