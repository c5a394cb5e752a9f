import { readFile } from 'node:fs/promises';
import { AmiPublisherError } from '@ami-publisher/base';
import type { Configuration } from './account.js';
import { parseConfiguration } from './configuration.js';

/**
 * Reads and checks a configuration file (YAML).
 *
 * @param file undefined: there is none, and nothing is configured
 * @throws `INVALID_CONFIGURATION` for a file that cannot be read, listing every field that is wrong and why.
 */
export const readConfiguration = async (file: string | undefined): Promise<Configuration> => {
  if (file === undefined) return {};
  try {
    const { parse } = await import('yaml');
    return parseConfiguration(parse(await readFile(file, 'utf8')), file);
  } catch (cause) {
    if (cause instanceof AmiPublisherError) throw cause;
    throw new AmiPublisherError('INVALID_CONFIGURATION', {
      message: `cannot read ${file}: ${(cause as Error).message}`,
      resource: file,
      remedy: 'name a readable YAML file as the configuration file',
      cause,
    });
  }
};
