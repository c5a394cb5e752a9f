import type { EC2Client, EC2ClientConfig } from '@aws-sdk/client-ec2';
import { createEc2Api } from './create-ec2-api.js';
import type { Ec2Action, Ec2Api } from './ec2-api.js';
import type { Pacer } from './pacer.js';

export interface AwsEc2ApiOptions {
  /** `account,region`, for messages. */
  readonly target: string;
  readonly config: EC2ClientConfig;
  /** Opens a connection for each call. */
  readonly unshared: NonNullable<EC2ClientConfig['requestHandler']>;
  readonly pacer: Pacer;
}

/**
 * EC2 for one target through the AWS SDK, by two clients: one that retries (reads, and calls that carry a client token or set the same
 * state again), one that sends once, on a connection of its own: on one that the server is about to close, a request would be lost, and
 * nobody could tell whether it had an effect.
 */
export const createAwsEc2Api = async ({
  target,
  config,
  unshared,
  pacer,
}: AwsEc2ApiOptions): Promise<{ readonly api: Ec2Api; close(): void }> => {
  const sdk = await import('./ec2-client.js');
  const retrying = new sdk.EC2Client({ ...config, maxAttempts: 6, retryMode: 'standard' });
  const once = new sdk.EC2Client({ ...config, requestHandler: unshared, maxAttempts: 1 });
  const commands = sdk satisfies Record<`${Ec2Action}Command`, unknown> as unknown as Record<
    `${Ec2Action}Command`,
    new (
      input: object,
    ) => Parameters<EC2Client['send']>[0]
  >;
  const api = createEc2Api({
    target,
    pacer,
    send: async (action, input, { signal, repeatable }) => {
      const command = new commands[`${action}Command`](input);
      const client = repeatable ? retrying : once;
      return client.send(command, { ...(signal && { abortSignal: signal }) });
    },
  });
  return {
    api,
    close: () => {
      retrying.destroy();
      once.destroy();
    },
  };
};
