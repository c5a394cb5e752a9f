import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { listProfiles } from './profiles.js';

const folder = mkdtempSync(join(tmpdir(), 'ami-publisher-profiles-'));
beforeAll(() => {
  vi.stubEnv('AWS_CONFIG_FILE', join(folder, 'config'));
  vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', join(folder, 'credentials'));
});
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

const profilesOf = async (config: string, credentials = '') => {
  writeFileSync(join(folder, 'config'), config);
  writeFileSync(join(folder, 'credentials'), credentials);
  return listProfiles();
};
const namesOf = async (...files: [string, string?]) => (await profilesOf(...files)).map(({ name }) => name);

describe('the profiles of the AWS files', () => {
  it('[W4] are told apart whatever blanks and comments are about, and keep their own keys', async () => {
    const credentials = `; a comment
# another
[first]   # of this line
aws_access_key_id = AKIAFIRST
aws_secret_access_key = a=b=c

[second]	
aws_access_key_id=AKIASECOND
`;
    const config =
      '[profile third] ; base\t\nregion = eu-west-1\nrole_arn = arn:aws:iam::111111111111:role/x\n';
    expect(await profilesOf(config, credentials)).toEqual([
      { name: 'first', region: undefined },
      { name: 'second', region: undefined },
      { name: 'third', region: 'eu-west-1' },
    ]);
  });

  it('[W5] are as many as their names, though two have one key, and one is in both files', async () => {
    const keys = 'aws_access_key_id = AKIA\naws_secret_access_key = s\n';
    expect(await profilesOf('[profile twin]\nregion = eu-west-1\n', `[one]\n${keys}[twin]\n${keys}`)).toEqual(
      [
        { name: 'one', region: undefined },
        { name: 'twin', region: 'eu-west-1' },
      ],
    );
  });

  it.each([
    'sso_session = s',
    'sso_start_url = https://example.com',
    'credential_process = /bin/true',
    'web_identity_token_file = /token',
    'login_session = arn:aws:iam::111111111111:user/me',
    'aws_access_key_id = AKIA',
  ])('[W6] may give credentials by %s, in the configuration file and as default', async (setting) => {
    expect(await namesOf(`[default]\n${setting}\n[profile other]\n${setting}\n`)).toEqual([
      'default',
      'other',
    ]);
  });

  it('are none where there are no files', async () => {
    vi.stubEnv('AWS_CONFIG_FILE', '/nowhere/config');
    vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', '/nowhere/credentials');
    expect(await listProfiles()).toEqual([]);
  });
});
