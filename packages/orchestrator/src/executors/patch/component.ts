import { AmiPublisherError } from '@ami-publisher/base';
import * as z from 'zod';
import { readYaml } from '../../configuration/read-yaml.js';

const name = z.string().regex(/^[\w.-]{1,128}$/, { error: 'expected letters, digits and . _ - only' });

/** Image Builder would put values in their place; nothing here would. */
const text = z.string().refine((value) => !value.includes('{{'), {
  error: 'expected a text without {{ }}: parameters, constants and loops are not known',
});

const common = {
  name,
  timeoutSeconds: z.int().min(1).max(43_200).default(7_200),
  maxAttempts: z.int().min(1).max(10).default(1),
  onFailure: z.enum(['Abort', 'Ignore']).default('Abort'),
};

const fileSchema = z.strictObject({
  path: text.refine((path) => path.startsWith('/') && !path.split('/').includes('..'), {
    error: 'expected an absolute path without ..',
  }),
  content: text,
  permissions: z
    .string()
    .regex(/^0?[0-7]{3,4}$/, { error: 'expected permissions such as 0644' })
    .optional(),
  owner: z
    .string()
    .regex(/^[\w.-]+$/)
    .optional(),
  group: z
    .string()
    .regex(/^[\w.-]+$/)
    .optional(),
  overwrite: z.boolean().default(true),
});

const packageNames = z.array(
  z.string().regex(/^[A-Za-z0-9][\w.+:*-]*$/, { error: 'expected names of packages' }),
);

const stepSchema = z.discriminatedUnion(
  'action',
  [
    z.strictObject({
      ...common,
      action: z.literal('ExecuteBash'),
      inputs: z.strictObject({ commands: z.array(text).min(1) }),
    }),
    z.strictObject({ ...common, action: z.literal('CreateFile'), inputs: z.array(fileSchema).min(1) }),
    z.strictObject({
      ...common,
      action: z.literal('UpdateOS'),
      inputs: z
        .strictObject({ include: packageNames.optional(), exclude: packageNames.optional() })
        .prefault({}),
    }),
  ],
  { error: 'expected one of the actions ExecuteBash, CreateFile, UpdateOS' },
);

/** One step of a patch. */
export type PatchStep = z.output<typeof stepSchema>;

/** The document of a component, as EC2 Image Builder has it; of its phases, `build` and `validate`. */
const componentSchema = z.strictObject({
  name: z.string().optional(),
  description: z.string().optional(),
  schemaVersion: z.union([z.literal(1), z.literal('1.0')], { error: 'expected 1.0' }),
  phases: z
    .array(z.strictObject({ name: z.enum(['build', 'validate']), steps: z.array(stepSchema).min(1) }))
    .min(1),
});

const remedy =
  'a component may have steps of the actions ExecuteBash, CreateFile and UpdateOS in its phases build and validate';

/** What can be much longer is not a component. */
const longestComponent = 65_536;

/**
 * The steps of a component, those of its phase `build` first.
 *
 * @param file for messages.
 * @throws `PATCH_COMPONENT_INVALID` with line and column of everything that this server could not carry out.
 */
export const stepsOfComponent = (document: string, file: string): readonly PatchStep[] => {
  if (document.length > longestComponent)
    throw componentInvalid(file, `expected at most ${longestComponent} characters, got ${document.length}`, {
      remedy,
    });
  let component: z.output<typeof componentSchema>;
  try {
    component = readYaml(componentSchema, document, file);
  } catch (reason) {
    throw componentInvalid(file, reason instanceof Error ? reason.message : String(reason), {
      cause: reason,
      remedy,
    });
  }
  const of = (phase: string) =>
    component.phases.filter((one) => one.name === phase).flatMap(({ steps }) => steps);
  return [...of('build'), ...of('validate')];
};

/** The error for a component that is not what it has to be. */
export const componentInvalid = (
  file: string,
  message: string,
  { cause, remedy }: { readonly cause?: unknown; readonly remedy?: string } = {},
): AmiPublisherError =>
  new AmiPublisherError('PATCH_COMPONENT_INVALID', {
    ...{ message, resource: file, cause },
    ...(remedy !== undefined && { remedy }),
  });
