import { AmiPublisherError } from '@ami-publisher/base';
import * as z from 'zod';
import { type Configuration, configurationSchema } from './account.js';

/**
 * Checks what was read from a configuration file (YAML or JSON, parsed).
 *
 * @param file for the message.
 * @throws `INVALID_CONFIGURATION` listing every field that is wrong and why.
 */
export const parseConfiguration = (value: unknown, file: string): Configuration => {
  const parsed = configurationSchema.safeParse(value ?? {});
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.flatMap((issue) => faultsOf(issue, []));
  throw new AmiPublisherError('INVALID_CONFIGURATION', {
    message: `${file}: ${faults.join('; ')}`,
    resource: file,
    remedy: 'correct these fields; `ami-publisher schema` prints the schema of the file',
  });
};

/** Of several forms that a field may have, the faults of the one that was meant: the one whose keys are right. */
const faultsOf = (issue: z.core.$ZodIssue, above: readonly PropertyKey[]): string[] => {
  const path = [...above, ...issue.path];
  const meant =
    issue.code === 'invalid_union'
      ? issue.errors.find((faults) => faults.every((fault) => fault.path.length > 0))
      : undefined;
  if (meant !== undefined) return meant.flatMap((fault) => faultsOf(fault, path));
  return [`${path.join('.') || 'the file'}: ${issue.message}`];
};

/** JSON Schema of the configuration file, for editors. */
export const configurationJsonSchema = (): object => z.toJSONSchema(configurationSchema);
