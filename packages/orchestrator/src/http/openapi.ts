import {
  approveRequestSchema,
  certifyRequestSchema,
  createPatchRequestSchema,
  createRequestSchema,
  errorAnswerSchema,
  eventInProgressSchema,
  eventResultSchema,
  exportLinkSchema,
  lifecycleRecordSchema,
  notificationSchema,
  patchPropertiesSchema,
  selectedAmiSchema,
  updatePatchRequestSchema,
  updateRequestSchema,
  writeAnswerSchema,
} from '@ami-publisher/core';
import * as z from 'zod';
import { version } from '../version.js';
import { errorStatuses } from './error-answer.js';
import { openRoutes } from './open-routes.js';
import type { Route } from './route.js';
import { routes } from './routes.js';

/** Schemas that the document names once and refers to. */
const named = z.registry<{ readonly id: string }>();
for (const schema of [
  approveRequestSchema,
  certifyRequestSchema,
  createPatchRequestSchema,
  createRequestSchema,
  errorAnswerSchema,
  eventInProgressSchema,
  eventResultSchema,
  exportLinkSchema,
  lifecycleRecordSchema,
  notificationSchema,
  patchPropertiesSchema,
  selectedAmiSchema,
  updatePatchRequestSchema,
  updateRequestSchema,
  writeAnswerSchema,
]) {
  named.add(schema, { id: String(schema.meta()?.id) });
}

const reference = (id: string): string => `#/components/schemas/${id}`;

type Json = Record<string, unknown>;

/** JSON Schema as OpenAPI 3.1 takes it: without the names that only documents of their own need. */
const plain = ({ $schema: _dialect, $id: _id, id: _name, ...schema }: Json): Json => schema;

const namedSchemas = (): Json => {
  const { schemas } = z.toJSONSchema(named, { uri: reference, io: 'input' });
  return Object.fromEntries(Object.entries(schemas).map(([id, schema]) => [id, plain(schema as Json)]));
};

/** A reference if the schema has a name, else the schema; lists of named ones refer to them. */
const schemaOf = (schema: z.ZodType): Json => {
  const id = named.get(schema)?.id;
  if (id !== undefined) return { $ref: reference(id) };
  if (schema instanceof z.ZodArray) return { type: 'array', items: schemaOf(schema.element as z.ZodType) };
  return plain(z.toJSONSchema(schema, { io: 'input' }) as Json);
};

const json = (schema: z.ZodType): Json => ({ 'application/json': { schema: schemaOf(schema) } });

const texts = {
  html: { 'text/html': { schema: { type: 'string' } } },
  stream: { 'text/event-stream': { schema: { type: 'string' } } },
} as const;

const descriptions: Readonly<Record<number, string>> = {
  400: 'The request cannot be read, or lacks something.',
  401: 'The key is missing, unknown, expired or revoked.',
  403: 'The key, or its holder, may not do this.',
  404: 'There is no such lifecycle.',
  409: 'A rule of lifecycles stands against it.',
  413: 'The body is too large.',
  422: 'A value is not of the kind or range allowed.',
  429: 'Too many wrong keys came from the address, or as many pages are being watched as can be.',
  500: 'The server failed.',
  503: 'The database or an executor is missing.',
};

const failures = (): Json =>
  Object.fromEntries(
    errorStatuses.map((status) => [
      status,
      { description: descriptions[status] ?? 'A failure.', content: json(errorAnswerSchema) },
    ]),
  );

const pathParameter = {
  name: 'lifecycle-id',
  in: 'path',
  required: true,
  schema: { type: 'string', format: 'uuid' },
};

const queryParameters = (query: z.ZodObject | undefined): readonly Json[] =>
  Object.entries(query?.shape ?? {}).map(([name, schema]) => {
    const { description, ...rest } = schemaOf(schema as z.ZodType);
    return {
      name,
      in: 'query',
      required: false,
      ...(description !== undefined && { description }),
      schema: rest,
    };
  });

const operationOf = (route: Route): Json => {
  const { name, path, operation, summary, body, query, answer } = route;
  const parameters = [...(path.includes('{lifecycle-id}') ? [pathParameter] : []), ...queryParameters(query)];
  const content = typeof answer === 'string' ? texts[answer] : json(answer);
  return {
    operationId: name,
    summary,
    tags: [path.split('/')[1] ?? ''],
    description: `Wants a key that is good for \`${operation}\`.`,
    security: [{ apiKey: [] }, { bearer: [] }],
    ...(parameters.length > 0 && { parameters }),
    ...(body !== undefined && { requestBody: { required: true, content: json(body) } }),
    responses: { 200: { description: 'Done.', content }, ...failures() },
  };
};

const openOperations = (): Json =>
  Object.fromEntries(
    openRoutes.map(({ path, name, summary, statuses }) => [
      path,
      {
        get: {
          operationId: name,
          summary,
          tags: ['server'],
          security: [],
          responses: Object.fromEntries(
            Object.entries(statuses).map(([status, description]) => [
              status,
              { description, content: { 'application/json': { schema: { type: 'object' } } } },
            ]),
          ),
        },
      },
    ]),
  );

const tags = {
  'ami-creation': 'The creation of an AMI, from its build to its approval.',
  'ami-patch': 'Patches of an AMI whose creation is complete.',
  lifecycles: 'Creations and patches alike.',
  amis: 'AMIs that lifecycles have made.',
  server: 'The server itself; no key is wanted.',
} as const;

/** The OpenAPI 3.1 document of this server, made of the same data that it runs on. */
export const openApiDocument = (): Json => {
  const paths: Record<string, Json> = {};
  for (const route of routes) {
    paths[route.path] = { ...paths[route.path], [route.method.toLowerCase()]: operationOf(route) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'AMI lifecycles',
      version,
      description:
        'Takes AMIs from their build through tests, certification and approval, and through patches.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    tags: Object.entries(tags).map(([name, description]) => ({ name, description })),
    paths: { ...paths, ...openOperations() },
    components: {
      schemas: namedSchemas(),
      securitySchemes: {
        apiKey: { type: 'apiKey', in: 'header', name: 'x-api-key' },
        bearer: { type: 'http', scheme: 'bearer' },
      },
    },
  };
};
