import { loadSharedConfigFiles } from '@smithy/core/config';

/** Settings each of which makes a profile one that can give credentials (AWS SDKs reference, "Standardized credential providers"). */
const credentialSettings = [
  'aws_access_key_id',
  'credential_process',
  'login_session',
  'role_arn',
  'sso_session',
  'sso_start_url',
  'web_identity_token_file',
];

export interface Profile {
  readonly name: string;
  readonly region: string | undefined;
}

/** Every profile of the AWS configuration and credentials files that can give credentials, by name. */
export const listProfiles = async (): Promise<Profile[]> => {
  const { configFile, credentialsFile } = await loadSharedConfigFiles({ ignoreCache: true });
  const names = new Set([...Object.keys(configFile ?? {}), ...Object.keys(credentialsFile ?? {})]);
  return [...names].sort().flatMap((name) => {
    const settings = { ...configFile?.[name], ...credentialsFile?.[name] };
    const usable = credentialSettings.some((setting) => settings[setting] !== undefined);
    return usable ? [{ name, region: settings.region }] : [];
  });
};
