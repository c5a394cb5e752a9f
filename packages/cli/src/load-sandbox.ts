import { AmiPublisherError } from '@ami-publisher/base';

/**
 * The sandbox, which is an optional package.
 *
 * @throws `INVALID_OPTION` naming the package to install.
 */
export const loadSandbox = async (): Promise<typeof import('@ami-publisher/sandbox')> => {
  try {
    return await import('@ami-publisher/sandbox');
  } catch (cause) {
    throw new AmiPublisherError('INVALID_OPTION', {
      message: `the sandbox cannot be loaded: ${(cause as Error).message}`,
      remedy: 'install the package @ami-publisher/sandbox beside the command line',
      cause,
    });
  }
};
