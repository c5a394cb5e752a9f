import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { AmiPublisherError } from '@ami-publisher/base';

const run = promisify(execFile);
const timeoutMs = 60_000;

/** The programs that volumes which are disks need, by their Debian packages. */
const packages = { losetup: 'mount', partx: 'util-linux' } as const;

type SandboxTool = keyof typeof packages;

/**
 * Runs a program of the host.
 *
 * @returns its standard output.
 * @throws `TOOL_MISSING`, or `TOOL_FAILED` with what it said.
 */
export const runHostTool = async (tool: SandboxTool, ...parameters: string[]): Promise<string> => {
  try {
    return (await run(tool, parameters, { timeout: timeoutMs })).stdout;
  } catch (error) {
    throw toolError(tool, parameters, error);
  }
};

const toolError = (tool: SandboxTool, parameters: readonly string[], error: unknown): AmiPublisherError => {
  const { stderr = '', code } = error as { stderr?: string; code?: string | number };
  if (code === 'ENOENT') {
    return new AmiPublisherError('TOOL_MISSING', {
      message: `the sandbox needs \`${tool}\` for volumes that are disks`,
      resource: tool,
      remedy: `install ${packages[tool]}, or use volumes that are folders`,
      cause: error,
    });
  }
  return new AmiPublisherError('TOOL_FAILED', {
    message: `${tool} ${parameters.join(' ')}: ${stderr.trim() || String(error)}`,
    resource: tool,
    cause: error,
  });
};
