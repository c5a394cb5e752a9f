import { AmiPublisherError } from '@ami-publisher/base';
import { z } from 'zod';
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
  const faults = parsed.error.issues.map(
    (issue) => `${issue.path.join('.') || 'the file'}: ${issue.message}`,
  );
  throw new AmiPublisherError('INVALID_CONFIGURATION', {
    message: `${file}: ${faults.join('; ')}`,
    resource: file,
    remedy: 'correct these fields; `ami-publisher schema` prints the schema of the file',
  });
};

/** JSON Schema of the configuration file, for editors. */
export const configurationJsonSchema = (): object => z.toJSONSchema(configurationSchema);
