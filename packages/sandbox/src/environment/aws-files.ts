import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { AccessKey, Role } from '../credentials/identity.js';

/** An account with what its profile needs. */
export interface ProfileAccount {
  readonly name: string;
  readonly key: AccessKey;
  readonly role: Role;
}

/** What one profile adds to the two files of AWS, and files of its own. */
interface ProfileText {
  readonly config: readonly string[];
  readonly credentials: readonly string[];
}

const keyLines = ({ key }: ProfileAccount): string[] => [
  `aws_access_key_id = ${key.accessKeyId}`,
  `aws_secret_access_key = ${key.secretAccessKey}`,
];

/** Kinds of profile, which the accounts get by turns. */
const kinds: readonly ((account: ProfileAccount, directory: string) => Promise<ProfileText>)[] = [
  async (account) => ({ config: [], credentials: keyLines(account) }),
  async (account) => ({
    // A profile may be its own source: its keys then assume its role.
    config: [`role_arn = ${account.role.arn}`, `source_profile = ${account.name}`],
    credentials: keyLines(account),
  }),
  async (account, directory) => {
    const file = join(directory, `${account.name}.json`);
    const { accessKeyId, secretAccessKey } = account.key;
    const output = { Version: 1, AccessKeyId: accessKeyId, SecretAccessKey: secretAccessKey };
    await writeFile(file, `${JSON.stringify(output)}\n`, { mode: 0o600 });
    return { config: [`credential_process = cat "${file}"`], credentials: [] };
  },
];

const section = (header: string, lines: readonly string[]): string => `[${header}]\n${lines.join('\n')}\n\n`;

/**
 * Writes AWS's two files with a profile for each account: the first with keys, the second with a role that its keys assume, the third
 * with a process that prints its keys, and so on.
 *
 * @param homeRegion region of every profile
 * @returns environment variables that name the files
 */
export const writeAwsFiles = async (
  directory: string,
  accounts: readonly ProfileAccount[],
  homeRegion: string,
): Promise<Record<string, string>> => {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  let config = '';
  let credentials = '';
  for (const [index, account] of accounts.entries()) {
    const profile = await kinds[index % kinds.length]!(account, directory);
    config += section(`profile ${account.name}`, [`region = ${homeRegion}`, ...profile.config]);
    if (profile.credentials.length > 0) credentials += section(account.name, profile.credentials);
  }
  const configFile = join(directory, 'config');
  const credentialsFile = join(directory, 'credentials');
  await Promise.all([
    writeFile(configFile, config, { mode: 0o600 }),
    writeFile(credentialsFile, credentials, { mode: 0o600 }),
  ]);
  return { AWS_CONFIG_FILE: configFile, AWS_SHARED_CREDENTIALS_FILE: credentialsFile };
};
