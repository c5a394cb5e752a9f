import type { Sandbox, SandboxAccount } from '@ami-publisher/sandbox';
import { EC2Client } from '@aws-sdk/client-ec2';
import { STSClient } from '@aws-sdk/client-sts';
import { afterAll, expect } from 'vitest';

interface Client {
  destroy(): void;
}

const opened: Client[] = [];

const remember = <C extends Client>(client: C): C => {
  opened.push(client);
  return client;
};

/** Destroys all clients of the test file at its end. */
export const destroyClients = (): void => {
  afterAll(() => {
    for (const client of opened.splice(0)) client.destroy();
  });
};

export type Keys = Pick<SandboxAccount, 'accessKeyId' | 'secretAccessKey'> & {
  readonly sessionToken?: string | undefined;
};

/** A real client of EC2; answers errors at once. */
export const ec2Client = (sandbox: Sandbox, options: { keys?: Keys; region?: string } = {}): EC2Client =>
  remember(new EC2Client(serviceClientOptions(sandbox, options)));

/** A real client of STS. */
export const stsClient = (sandbox: Sandbox, options: { keys?: Keys; region?: string } = {}): STSClient =>
  remember(new STSClient(serviceClientOptions(sandbox, options)));

/** Options of a real client of any service; whoever makes it destroys it. It answers errors at once. */
export const serviceClientOptions = (
  sandbox: Sandbox,
  { keys, region }: { keys?: Keys; region?: string } = {},
) => {
  const { accessKeyId, secretAccessKey, sessionToken }: Keys = keys ?? sandbox.accounts[0]!;
  return {
    endpoint: sandbox.endpoint,
    region: region ?? sandbox.regions[0]!,
    credentials: { accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) },
    maxAttempts: 1,
  };
};

/** Asserts that a call fails with that AWS error code. */
export const expectCode = async (call: Promise<unknown>, code: string): Promise<void> => {
  await expect(call).rejects.toMatchObject({ name: code });
};

/** Asks again and again until the answer is there. */
export const eventually = async <T>(ask: () => Promise<T | undefined>): Promise<T> => {
  for (const end = Date.now() + 5_000; Date.now() < end; ) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error('what was waited for did not happen');
};
