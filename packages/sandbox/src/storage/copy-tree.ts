import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { AmiPublisherError } from '@ami-publisher/base';

const run = promisify(execFile);

/**
 * Copies a folder with everything that `cp -a` keeps (owners, times, links, holes, extended attributes), sharing blocks where the file
 * system can.
 *
 * @param destination must not exist.
 * @throws `TOOL_MISSING` where `cp` is not that of GNU, `NO_SPACE`, or `INTERNAL` with what `cp` said.
 */
export const copyTree = async (source: string, destination: string): Promise<void> => {
  try {
    await run('cp', ['-a', '--reflink=auto', '--', source, destination]);
  } catch (error) {
    throw copyError(error, source, destination);
  }
};

const copyError = (error: unknown, source: string, destination: string): AmiPublisherError => {
  const { stderr = '', code } = error as { stderr?: string; code?: string | number };
  if (code === 'ENOENT' || /(illegal|unrecognized|unknown) option/i.test(stderr)) {
    return new AmiPublisherError('TOOL_MISSING', {
      message:
        'the sandbox copies volumes with `cp -a --reflink=auto`, which the `cp` of this system does not know',
      remedy: 'install GNU coreutils and put its `cp` first on the PATH',
      cause: error,
    });
  }
  return new AmiPublisherError(stderr.includes('No space left') ? 'NO_SPACE' : 'INTERNAL', {
    message: `cannot copy ${source} to ${destination}: ${stderr.trim() || String(error)}`,
    resource: destination,
    cause: error,
  });
};
