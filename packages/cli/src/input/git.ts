import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { AmiPublisherError } from '@ami-publisher/base';

const run = promisify(execFile);

/**
 * The commit that is checked out in a folder.
 *
 * @throws `TOOL_FAILED` where there is no repository, no commit, or no git.
 */
export const headCommit = async (directory = process.cwd()): Promise<string> => {
  try {
    const { stdout } = await run('git', ['rev-parse', '--verify', 'HEAD'], { cwd: directory });
    return stdout.trim();
  } catch (cause) {
    throw new AmiPublisherError('TOOL_FAILED', {
      message: `git does not know the commit of ${directory}: ${reasonOf(cause)}`,
      resource: directory,
      remedy: 'run this inside the repository of the source, after its first commit',
      cause,
    });
  }
};

/** The branch that is checked out in a folder; undefined where there is none, or no git. */
export const currentBranch = async (directory = process.cwd()): Promise<string | undefined> => {
  try {
    const { stdout } = await run('git', ['symbolic-ref', '--short', 'HEAD'], { cwd: directory });
    return stdout.trim();
  } catch {
    return undefined;
  }
};

const reasonOf = (cause: unknown): string => {
  const { stderr, message } = cause as { readonly stderr?: string; readonly message: string };
  return (stderr || message).trim().split('\n')[0] ?? '';
};
