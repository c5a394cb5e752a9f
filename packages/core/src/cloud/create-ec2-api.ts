import { fromAwsError } from './aws-error.js';
import type { CallOptions, Ec2Action, Ec2Actions, Ec2Api } from './ec2-api.js';
import { FreshResources } from './fresh-resources.js';
import type { Pacer } from './pacer.js';

/** `false`: repeating the request could do the work twice, so it is sent once and the step looks before it repeats. */
const repeatable: Readonly<Record<Ec2Action, boolean>> = {
  AttachVolume: false,
  CancelExportTask: true,
  CopySnapshot: false,
  CreateImageUsageReport: true,
  CreateSnapshot: false,
  CreateStoreImageTask: false,
  CreateTags: true,
  CreateVolume: true,
  DeleteImageUsageReport: true,
  DeleteKeyPair: true,
  DeleteSnapshot: false,
  DeleteTags: true,
  DeleteVolume: false,
  DeregisterImage: false,
  DescribeExportImageTasks: true,
  DescribeImageAttribute: true,
  DescribeImageReferences: true,
  DescribeImages: true,
  DescribeImageUsageReportEntries: true,
  DescribeImageUsageReports: true,
  DescribeInstances: true,
  DescribeKeyPairs: true,
  DescribeLaunchTemplates: true,
  DescribeLaunchTemplateVersions: true,
  DescribeRegions: true,
  DescribeSecurityGroups: true,
  DescribeSnapshotAttribute: true,
  DescribeSnapshots: true,
  DescribeStoreImageTasks: true,
  DescribeSubnets: true,
  DescribeVolumes: true,
  DescribeVolumesModifications: true,
  DescribeVpcs: true,
  DetachVolume: false,
  DisableImage: true,
  DisableImageDeregistrationProtection: true,
  EnableImage: true,
  EnableImageDeprecation: true,
  EnableImageDeregistrationProtection: true,
  ExportImage: true,
  GetConsoleOutput: true,
  ImportKeyPair: false,
  ModifyImageAttribute: true,
  ModifyInstanceAttribute: true,
  ModifySnapshotAttribute: true,
  ModifyVolume: false,
  RegisterImage: false,
  RestoreImageFromRecycleBin: false,
  RestoreSnapshotFromRecycleBin: false,
  RunInstances: true,
  StartInstances: false,
  StopInstances: false,
  TerminateInstances: true,
};

export interface Ec2Transport {
  /** `account,region`, for messages. */
  readonly target: string;
  readonly pacer: Pacer;
  /** Sends one request; repeats it by itself where `repeatable` says so, and never else. Rejects as the AWS SDK does. */
  readonly send: (
    action: Ec2Action,
    input: object,
    options: CallOptions & { readonly repeatable: boolean },
  ) => Promise<object>;
}

/** EC2 may not find at once what it has just made; the request had no effect and is sent again after this time. */
const freshRetryMs = 1_000;

/** EC2 for one target over a transport: paced, and with errors that name target, call and resource. */
export const createEc2Api = (transport: Ec2Transport): Ec2Api => {
  const fresh = new FreshResources(transport.pacer.clock);
  const methods = (Object.keys(repeatable) as Ec2Action[]).map((action) => [
    action.charAt(0).toLowerCase() + action.slice(1),
    (input: Ec2Actions[typeof action][0], options?: CallOptions) =>
      call(transport, fresh, action, input, options),
  ]);
  return Object.fromEntries(methods) as Ec2Api;
};

const call = async (
  { target, pacer, send }: Ec2Transport,
  fresh: FreshResources,
  action: Ec2Action,
  input: object,
  { signal }: CallOptions = {},
): Promise<object> => {
  for (;;) {
    await pacer.acquire(action, signal);
    try {
      const output = await send(action, input, { signal, repeatable: repeatable[action] });
      fresh.note(action, input, output);
      return output;
    } catch (reason) {
      if (signal?.aborted) throw signal.reason;
      const error = fromAwsError(reason, { call: `ec2:${action}`, target, resource: resourceOf(input) });
      if (error.code === 'AWS_THROTTLED') pacer.throttled(action);
      if (error.code !== 'AWS_NOT_FOUND' || !fresh.isAnyIn(input)) throw error;
      await pacer.clock.sleep(freshRetryMs, signal);
    }
  }
};

const idFields = [
  'VolumeId',
  'SnapshotId',
  'SourceSnapshotId',
  'ImageId',
  'InstanceId',
  'ReportId',
  'Name',
  'VolumeIds',
  'SnapshotIds',
  'ImageIds',
  'InstanceIds',
  'ReportIds',
  'Resources',
];

/** What a request is about, for messages: the first id in it. */
const resourceOf = (input: object): string | undefined => {
  const fields = input as Readonly<Record<string, unknown>>;
  const found = idFields.map((field) => fields[field]).find((value) => value !== undefined);
  return found === undefined ? undefined : [found].flat().join(', ');
};
