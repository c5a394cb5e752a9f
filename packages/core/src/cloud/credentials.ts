import type { Clock } from '@ami-publisher/base';
import type { AwsCredentialIdentity, AwsCredentialIdentityProvider } from '@smithy/types';
import type { AccountConfiguration } from '../target/account.js';

const refreshBeforeMs = 5 * 60_000;

/**
 * Asks a provider once for all its users, and again from five minutes before the credentials expire. Clients otherwise ask each for
 * itself: a role would be assumed once per region.
 */
export const memoiseCredentials = (
  provider: AwsCredentialIdentityProvider,
  clock: Clock,
): AwsCredentialIdentityProvider => {
  let current: { readonly promise: Promise<AwsCredentialIdentity>; staleAt: number } | undefined;
  return () => {
    if (current === undefined || clock.now() >= current.staleAt) {
      const next = { promise: provider(), staleAt: Number.POSITIVE_INFINITY };
      current = next;
      next.promise.then(
        ({ expiration }) => {
          if (expiration !== undefined) next.staleAt = expiration.getTime() - refreshBeforeMs;
        },
        () => {
          next.staleAt = Number.NEGATIVE_INFINITY;
        },
      );
    }
    return current.promise;
  };
};

/** Asks for the present code of an MFA device, by the device's serial number or ARN. */
export type AskMfaCode = (device: string) => Promise<string>;

/** The SDK's provider for an account of the configuration: its profile, its role, or its role assumed from its profile. */
export const accountCredentials = async (
  account: AccountConfiguration,
  region: string,
  endpoint: string | undefined,
  mfaCodeProvider: AskMfaCode | undefined,
): Promise<AwsCredentialIdentityProvider> => {
  const { fromNodeProviderChain, fromTemporaryCredentials } = await import('@aws-sdk/credential-providers');
  const clientConfig = { region, ...(endpoint !== undefined && { endpoint }) };
  const base = fromNodeProviderChain({
    ...(account.profile !== undefined && { profile: account.profile, ignoreCache: true }),
    clientConfig,
    ...(mfaCodeProvider !== undefined && { mfaCodeProvider }),
  });
  if (account.roleArn === undefined) return base;
  return fromTemporaryCredentials({
    masterCredentials: base,
    clientConfig,
    params: {
      RoleArn: account.roleArn,
      RoleSessionName: 'ami-publisher',
      ...(account.externalId !== undefined && { ExternalId: account.externalId }),
    },
  });
};
