import { readFile } from 'node:fs/promises';
import { AmiPublisherError } from '@ami-publisher/base';
import { readEnvironmentVariable } from '../../defaults.js';

/** Where `user:password` is: never in the configuration itself, which is shown, logged and checked in. */
export type CredentialsSource = { readonly environment: string } | { readonly file: string };

/** For messages: where they are, never what they are. */
export const describeCredentials = (source: CredentialsSource | undefined): string => {
  if (source === undefined) return 'no credentials';
  return 'environment' in source
    ? `the environment variable ${source.environment}`
    : `the file ${source.file}`;
};

/**
 * Reads `user:password`, one line.
 *
 * @throws `INVALID_CONFIGURATION` naming the variable or file, and never its content.
 */
export const readCredentials = async (source: CredentialsSource | undefined): Promise<string | undefined> => {
  if (source === undefined) return undefined;
  const text = (
    'environment' in source ? readEnvironmentVariable(source.environment) : await readText(source.file)
  )?.replace(/\r?\n$/, '');
  if (text === undefined || text === '') throw unusable(source, 'is not there, or empty');
  if (!/^[^\r\n:]+:[^\r\n]*$/.test(text)) throw unusable(source, 'is not one line of the form user:password');
  return text;
};

const readText = async (file: string): Promise<string> => {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw unusable({ file }, `cannot be read (${(cause as NodeJS.ErrnoException).code})`);
  }
};

const unusable = (source: CredentialsSource, what: string): AmiPublisherError =>
  new AmiPublisherError('INVALID_CONFIGURATION', {
    message: `${describeCredentials(source)} with the credentials for the proxy ${what}`,
    resource: 'environment' in source ? source.environment : source.file,
    remedy: 'write user:password into it, or correct `credentials` of the connector in the configuration',
  });
