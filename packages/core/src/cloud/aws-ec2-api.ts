import type { EC2Client, EC2ClientConfig } from '@aws-sdk/client-ec2';
import { fromAwsError } from './aws-error.js';
import type { CallOptions, Ec2Action, Ec2Actions, Ec2Api } from './ec2-api.js';
import type { Pacer } from './pacer.js';

/** `false`: repeating the request could do the work twice, so it is sent once and the step looks before it repeats. */
const repeatable: Readonly<Record<Ec2Action, boolean>> = {
  AttachVolume: false,
  CreateSnapshot: false,
  CreateTags: true,
  CreateVolume: true,
  DeleteSnapshot: false,
  DeleteTags: true,
  DeleteVolume: false,
  DeregisterImage: false,
  DescribeImages: true,
  DescribeInstances: true,
  DescribeRegions: true,
  DescribeSnapshots: true,
  DescribeVolumes: true,
  DescribeVolumesModifications: true,
  DetachVolume: false,
  DisableImageDeregistrationProtection: true,
  EnableImageDeprecation: true,
  EnableImageDeregistrationProtection: true,
  ModifyInstanceAttribute: true,
  ModifyVolume: false,
  RegisterImage: false,
  StartInstances: false,
  StopInstances: false,
};

export interface AwsEc2ApiOptions {
  /** `account,region`, for messages. */
  readonly target: string;
  readonly config: EC2ClientConfig;
  readonly pacer: Pacer;
}

/**
 * EC2 for one target through the AWS SDK, by two clients: one that retries (reads, and calls that carry a client token or set the same
 * state again), one that sends once.
 */
export const createAwsEc2Api = async (
  options: AwsEc2ApiOptions,
): Promise<{ readonly api: Ec2Api; close(): void }> => {
  const sdk = await import('@aws-sdk/client-ec2');
  const retrying = new sdk.EC2Client({ ...options.config, maxAttempts: 6, retryMode: 'standard' });
  const once = new sdk.EC2Client({ ...options.config, maxAttempts: 1 });
  const commands = sdk as unknown as Record<string, new (input: object) => Parameters<EC2Client['send']>[0]>;

  const call = async <A extends Ec2Action>(
    action: A,
    input: Ec2Actions[A][0],
    callOptions: CallOptions = {},
  ) => {
    const { signal } = callOptions;
    const site = { call: `ec2:${action}`, target: options.target, resource: resourceOf(input) };
    await options.pacer.acquire(action, signal);
    const Command = commands[`${action}Command`];
    if (Command === undefined) throw new TypeError(`@aws-sdk/client-ec2 has no ${action}Command`);
    try {
      const client = repeatable[action] ? retrying : once;
      return (await client.send(new Command(input), {
        ...(signal && { abortSignal: signal }),
      })) as Ec2Actions[A][1];
    } catch (reason) {
      if (signal?.aborted) throw signal.reason;
      const error = fromAwsError(reason, site);
      if (error.code === 'AWS_THROTTLED') options.pacer.throttled(action);
      throw error;
    }
  };

  const methods = (Object.keys(repeatable) as Ec2Action[]).map((action) => [
    action.charAt(0).toLowerCase() + action.slice(1),
    (input: Ec2Actions[typeof action][0], callOptions?: CallOptions) => call(action, input, callOptions),
  ]);
  return {
    api: Object.fromEntries(methods) as Ec2Api,
    close: () => {
      retrying.destroy();
      once.destroy();
    },
  };
};

const idFields = [
  'VolumeId',
  'SnapshotId',
  'ImageId',
  'InstanceId',
  'Name',
  'VolumeIds',
  'SnapshotIds',
  'ImageIds',
  'InstanceIds',
  'Resources',
];

/** What a request is about, for messages: the first id in it. */
const resourceOf = (input: object): string | undefined => {
  const fields = input as Readonly<Record<string, unknown>>;
  const found = idFields.map((field) => fields[field]).find((value) => value !== undefined);
  return found === undefined ? undefined : [found].flat().join(', ');
};
