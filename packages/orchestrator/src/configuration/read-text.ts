import { readFile } from 'node:fs/promises';
import { AmiPublisherError } from '@ami-publisher/base';

/** What a file of the configuration holds. @throws `INVALID_CONFIGURATION` if it cannot be read */
export const readText = async (file: string): Promise<string> => {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new AmiPublisherError('INVALID_CONFIGURATION', {
      message: `${file} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`,
      resource: file,
      cause,
    });
  }
};
