import { counted, parseWholeNumber } from '@ami-publisher/base';
import type { SandboxCloud, VolumeKind } from '@ami-publisher/sandbox';
import { interruptSignal } from '../context.js';
import { exitCodes } from '../exit-codes.js';
import { loadSandbox } from '../load-sandbox.js';
import { withStatus } from '../progress/status-line.js';
import type { CommandRunner } from './definition.js';

/** `sandbox up`: prints the environment as shell commands, then runs until it is interrupted. */
export const sandboxUp: CommandRunner = async (_positional, options) => {
  const { startSandboxCloud } = await loadSandbox();
  const signal = interruptSignal();
  const count = (name: string, otherwise: number) =>
    typeof options[name] === 'string' ? parseWholeNumber(name, options[name], 1) : otherwise;
  const wanted = { accounts: count('accounts', 3), regions: count('regions', 4) };
  const sandbox = await withStatus(options, `Starting an image server and ${unpackers(wanted)}`, () =>
    startSandboxCloud({
      ...wanted,
      directory: typeof options.directory === 'string' ? options.directory : undefined,
      // The sandbox says which kinds there are.
      volumes: options.volumes as VolumeKind | undefined,
      signal,
    }),
  );
  const exports = Object.entries(sandbox.environment).map(
    ([name, value]) => `export ${name}=${quote(value)}`,
  );
  process.stdout.write(`${exports.join('\n')}\n`);
  process.stderr.write(`${isUp(sandbox)}\n`);
  await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
  await withStatus(options, 'Ending the sandbox', () => sandbox.close());
  return exitCodes.success;
};

const unpackers = ({ accounts, regions }: { readonly accounts: number; readonly regions: number }): string =>
  `${counted(accounts * regions, 'unpacker')}: ${counted(accounts, 'account')} x ${counted(regions, 'region')}`;

const isUp = ({ accounts, regions, directory }: SandboxCloud): string => `
The sandbox is up: accounts ${accounts.map(({ name }) => name).join(', ')}; regions ${regions.join(', ')}.
It keeps its state in ${directory}. Paste the lines above into another shell, then try there
  ami-publisher list-unpackers
Ctrl-C here ends it.`;

/** For POSIX shells. */
const quote = (value: string): string => `'${value.replaceAll("'", `'\\''`)}'`;
