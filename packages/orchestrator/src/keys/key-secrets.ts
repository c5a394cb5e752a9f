import { fromAwsError, loadClient } from '@ami-publisher/core';
import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';

type Sdk = typeof import('@aws-sdk/client-secrets-manager');

/** Where the secrets are. */
export interface KeySecretsOptions {
  /** @default what AWS's SDK finds */
  readonly region?: string | undefined;
  /** AWS profile. @default what AWS's SDK finds */
  readonly profile?: string | undefined;
}

const requestHandler = { connectionTimeout: 5_000, requestTimeout: 20_000, throwOnRequestTimeout: true };

/** Secrets of Secrets Manager in which clients look for keys. */
export class KeySecrets {
  readonly #sdk: Sdk;
  readonly #client: SecretsManagerClient;

  private constructor(sdk: Sdk, client: SecretsManagerClient) {
    this.#sdk = sdk;
    this.#client = client;
  }

  /** @throws `TOOL_MISSING` if the client is not installed. */
  static async open({ region, profile }: KeySecretsOptions): Promise<KeySecrets> {
    const sdk = await loadClient({
      name: '@aws-sdk/client-secrets-manager',
      neededBy: '--store secretsmanager',
      otherwise: 'have the key printed',
      load: () => import('@aws-sdk/client-secrets-manager'),
    });
    const place = { ...(region !== undefined && { region }), ...(profile !== undefined && { profile }) };
    return new KeySecrets(sdk, new sdk.SecretsManagerClient({ ...place, requestHandler }));
  }

  /** What a secret holds; undefined if there is none. */
  async read(name: string): Promise<string | undefined> {
    const answer = await this.#called('GetSecretValue', name, () =>
      this.#client.send(new this.#sdk.GetSecretValueCommand({ SecretId: name })),
    );
    return answer?.SecretString;
  }

  /** Makes a secret hold a key, whether it is there or not. */
  async write(name: string, key: string): Promise<void> {
    const put = await this.#called('PutSecretValue', name, () =>
      this.#client.send(new this.#sdk.PutSecretValueCommand({ SecretId: name, SecretString: key })),
    );
    if (put !== undefined) return;
    await this.#called('CreateSecret', name, () =>
      this.#client.send(new this.#sdk.CreateSecretCommand({ Name: name, SecretString: key })),
    );
  }

  /** Removes a secret for good, so that its name is free at once: what it held is no key any more. */
  async remove(name: string): Promise<void> {
    const command = new this.#sdk.DeleteSecretCommand({ SecretId: name, ForceDeleteWithoutRecovery: true });
    await this.#called('DeleteSecret', name, () => this.#client.send(command));
  }

  close(): void {
    this.#client.destroy();
  }

  /** @returns undefined if there is no such secret. */
  async #called<T>(action: string, resource: string, call: () => Promise<T>): Promise<T | undefined> {
    try {
      return await call();
    } catch (reason) {
      if (reason instanceof this.#sdk.ResourceNotFoundException) return undefined;
      throw fromAwsError(reason, { call: `secretsmanager:${action}`, resource });
    }
  }
}
