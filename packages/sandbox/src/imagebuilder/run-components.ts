import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { compareDebianVersions } from '../inspector/debian-version.js';
import type { Vulnerability } from '../inspector/handlers.js';
import { runShell } from '../instances/shell.js';
import type { ComponentStep } from './component-document.js';
import type { ComponentRecord } from './records.js';

/** A file tree that components change, and what they are run with. */
export interface RunOptions {
  readonly tree: string;
  /** What `UpdateOS` mends. */
  readonly vulnerabilities: readonly Vulnerability[];
  readonly signal: AbortSignal;
}

/** Runs the steps of components in a file tree, phase by phase. @throws Error for the first that fails and is not to be ignored */
export const runComponents = async (
  components: readonly ComponentRecord[],
  options: RunOptions,
): Promise<void> => {
  for (const phase of ['build', 'validate'])
    for (const { arn, phases } of components)
      for (const step of phases.filter(({ name }) => name === phase).flatMap(({ steps }) => steps))
        await runStep(arn, step, options);
};

const runStep = async (arn: string, step: ComponentStep, options: RunOptions): Promise<void> => {
  let said = '';
  for (let attempt = 0; attempt < step.maxAttempts; attempt += 1) {
    const failure = await act(step, options);
    if (failure === undefined) return;
    said = failure;
  }
  if (step.onFailure !== 'Abort' && !options.signal.aborted) return;
  throw new Error(`Document ${arn} failed! Step ${step.name}: ${said}`);
};

/** @returns what a step that failed has said */
const act = async (step: ComponentStep, options: RunOptions): Promise<string | undefined> => {
  switch (step.action) {
    case 'ExecuteBash':
      return run('exec /bin/bash -ec "$lines"', { lines: step.inputs.commands.join('\n') }, step, options);
    case 'CreateFile':
      for (const file of step.inputs) {
        const failure = await run(fileScript, fileEnvironment(file), step, options);
        if (failure !== undefined) return failure;
      }
      return undefined;
    case 'UpdateOS':
      return updatePackages(step.inputs, options);
  }
};

const fileScript = [
  'set -e',
  '[ -n "$overwrite" ] || [ ! -e "$path" ] || exit 0',
  '[ -d "$folder" ] || mkdir -p "$folder"',
  'printf %s "$content" > "$path"',
  '[ -z "$permissions" ] || chmod "$permissions" "$path"',
].join('\n');

type CreateFile = Extract<ComponentStep, { action: 'CreateFile' }>['inputs'][number];

const fileEnvironment = ({ path, content, permissions = '', overwrite }: CreateFile) => ({
  ...{ path, content, permissions, folder: path.slice(0, path.lastIndexOf('/')) || '/' },
  overwrite: overwrite ? 'yes' : '',
});

const run = async (
  script: string,
  environment: Readonly<Record<string, string>>,
  { timeoutSeconds }: ComponentStep,
  { tree, signal }: RunOptions,
): Promise<string | undefined> => {
  const { exitCode, stdout, stderr } = await runShell({
    ...{ script, root: tree, directory: '/', signal },
    environment: { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', ...environment },
    timeoutMs: timeoutSeconds * 1_000,
  });
  return exitCode === 0 ? undefined : `exit code ${exitCode}: ${(stderr || stdout).trim()}`;
};

type UpdateOs = Extract<ComponentStep, { action: 'UpdateOS' }>['inputs'];

/** Brings what dpkg says is installed to the version that mends each vulnerability: the sandbox has no archive of packages. */
const updatePackages = async (
  { include, exclude = [] }: UpdateOs,
  { tree, vulnerabilities }: RunOptions,
): Promise<string | undefined> => {
  const file = join(tree, 'var/lib/dpkg/status');
  const status = await readFile(file, 'utf8').catch(() => undefined);
  if (status === undefined) return 'no package manager was found';
  const isMeant = (name: string) => (include?.includes(name) ?? true) && !exclude.includes(name);
  const paragraphs = status.split(/\n{2,}/).map((paragraph) => {
    const name = /^Package: *(.*)$/m.exec(paragraph)?.[1] ?? '';
    return paragraph.replace(/^(Version: *)(.*)$/m, (_, label: string, version: string) => {
      const mended = vulnerabilities.filter((one) => one.package === name).map(({ fixedIn }) => fixedIn);
      const all = isMeant(name) ? [version, ...mended] : [version];
      return label + all.toSorted(compareDebianVersions).at(-1);
    });
  });
  await writeFile(file, paragraphs.join('\n\n'));
  return undefined;
};
