import { homedir } from 'node:os';
import { join } from 'node:path';
import { isAmiPublisherError } from '@ami-publisher/base';
import { exitCodes } from '../exit-codes.js';
import { createProgram } from '../program.js';
import { notice } from '../progress/notice.js';
import { version } from '../version.js';
import { failuresOf } from './failures.js';
import { readFlagFiles } from './flag-files.js';
import { oldFlags } from './flags.js';
import { HelpWanted, parseGoFlags, parseGoValue, UsageFault } from './go-flags.js';
import { toGoJson } from './go-json.js';
import type { GoValue } from './go-values.js';
import { toShell } from './shell-words.js';
import { type OldCommand, oldCommands } from './sub-commands.js';
import { type Translation, translate } from './translate.js';
import { oldUsage } from './usage.js';

/** Where the reference keeps flag files, by whose they are. */
export interface FlagFolders {
  readonly system: string;
  readonly user: string;
}

const flagFolders = (): FlagFolders => ({
  system: '/etc/config/ami-publisher',
  user: join(homedir(), '.config', 'ami-publisher'),
});

/**
 * Runs a command line of the reference as the reference would (reference 1.2): its flags, files, defaults, results and exit codes; asks nothing.
 * One notice on stderr names the new form of the call.
 *
 * @param words without the program's name
 * @returns 0; 1 for any failure; 2 for a wrong command line; 130 if interrupted
 */
export const runOldStyle = async (
  words: readonly string[],
  folders: FlagFolders = flagFolders(),
): Promise<number> => {
  try {
    return await startUp(words, folders);
  } catch (reason) {
    if (!(reason instanceof UsageFault || reason instanceof HelpWanted)) return fail(reason);
    if (reason instanceof UsageFault) notice(reason.message);
    process.stderr.write(oldUsage());
    return reason instanceof HelpWanted ? exitCodes.success : exitCodes.usage;
  }
};

const startUp = async (words: readonly string[], folders: FlagFolders): Promise<number> => {
  const system = await readFlagFiles(folders.system, oldFlags).catch((reason: Error) => {
    notice(`Warning: ${reason.message}`);
    return new Map<string, GoValue>();
  });
  const user = await readFlagFiles(folders.user, oldFlags);
  const { values, rest } = await parseGoFlags(words, oldFlags);
  const given = new Map([...system, ...user, ...values]);
  if (given.get('version') === true) {
    process.stdout.write(`${version}\n`);
    return exitCodes.success;
  }
  const [name, ...positional] = rest;
  if (name === undefined) throw new UsageFault('no sub-command');
  const command = oldCommands.find((candidate) => candidate.name === name);
  if (command === undefined) throw new UsageFault(`no such sub-command: ${name}`);
  try {
    return await runCommand(command, positional, given);
  } catch (reason) {
    if (reason instanceof UsageFault) throw reason;
    return fail(reason, command);
  }
};

const runCommand = async (
  command: OldCommand,
  positional: readonly string[],
  given: ReadonlyMap<string, GoValue>,
): Promise<number> => {
  const values = await withDefaults(given);
  const flags = { all: oldFlags, values, given: new Set(given.keys()) };
  const translation = translate(command, positional, flags);
  setEnvironment(translation);
  const words = await withoutDefaultProfile(translation.words, command);
  tellNewForm(words, translation);
  if (command.flags.includes('expiresIn') && !given.has('expiresIn')) notice(expiryNote);
  return runNewForm(words, command);
};

const withDefaults = async (given: ReadonlyMap<string, GoValue>): Promise<ReadonlyMap<string, GoValue>> => {
  const usual = oldFlags.map(async (flag) => [flag.name, await parseGoValue(flag, flag.default)] as const);
  return new Map([...(await Promise.all(usual)), ...given]);
};

/** `$AWS_CREDENTIAL_FILE` is the reference's own; no profile is singled out in its mode. */
const setEnvironment = ({ variables }: Translation): void => {
  const { AWS_CREDENTIAL_FILE: credentials } = process.env;
  if (credentials) process.env.AWS_SHARED_CREDENTIALS_FILE = credentials;
  Object.assign(process.env, variables);
  delete process.env.AWS_PROFILE;
};

/** The reference never works with the profile `default`, which often is another name of an account that has one. */
const withoutDefaultProfile = async (
  words: readonly string[],
  command: OldCommand,
): Promise<readonly string[]> => {
  if (!command.flags.includes('skipTargets') || process.env.AMI_PUBLISHER_CONFIG) return words;
  const { listProfiles } = await import('@ami-publisher/core');
  const profiles = await listProfiles();
  if (profiles.every(({ name }) => name !== 'default')) return words;
  const option = '--skip-targets=';
  const skipped = words.find((word) => word.startsWith(option));
  if (skipped === undefined) return [...words, `${option}default,*`];
  return words.map((word) => (word === skipped ? `${word};default,*` : word));
};

const tellNewForm = (words: readonly string[], { ignored }: Translation): void =>
  notice(
    [
      `note: this is the old form of the call; the new one is:  ami-publisher ${toShell(words)}`,
      ...ignored.map((sentence) => `note: ${sentence}`),
    ].join('\n'),
  );

const expiryNote =
  'note: what is made expires in 1 h, as it does in the old form unless -expiresIn is given (0 = never)';

const runNewForm = async (words: readonly string[], { prints, doing }: OldCommand): Promise<number> => {
  const toOld = await prints?.();
  let results: unknown;
  let code: number = exitCodes.success;
  const program = createProgram({
    onExit: (exitCode) => {
      code = exitCode;
    },
    present: (value) => {
      results = value;
      return toOld === undefined ? '' : toGoJson(toOld(value));
    },
  });
  await program.parseAsync([...words], { from: 'user' });
  if (code !== exitCodes.failure) return code;
  const failures = failuresOf(results);
  for (const failure of failures) notice(failure);
  notice(`error ${doing}${failures.length === 0 ? '' : `: ${failures[0]}`}`);
  return code;
};

const fail = (reason: unknown, command?: OldCommand): number => {
  const message = reason instanceof Error ? reason.message : String(reason);
  notice(`error${command === undefined ? '' : ` ${command.doing}`}: ${message}`);
  return isAmiPublisherError(reason) && reason.code === 'CANCELLED'
    ? exitCodes.interrupted
    : exitCodes.failure;
};
