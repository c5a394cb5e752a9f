import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type * as ssm from '@aws-sdk/client-ssm';
import type { ShellResult } from '../instances/shell.js';
import { ApiError } from '../model/api-error.js';
import type { InstanceHosts, VolumeStorage } from '../model/ports.js';
import type { InstanceRecord } from '../model/records.js';
import type { RegionState } from '../model/region-state.js';

export interface CommandContext {
  readonly state: RegionState;
  readonly hosts: InstanceHosts;
  readonly storage: VolumeStorage;
}

/** A command on one instance. */
export interface CommandRecord {
  readonly id: string;
  readonly instanceId: string;
  /** Undefined while it runs. */
  readonly result: ShellResult | undefined;
}

const shellDocument = 'AWS-RunShellScript';
const defaultTimeoutSeconds = '3600';
const maxInstances = 50;

const isManaged = (instance: InstanceRecord | undefined): instance is InstanceRecord =>
  instance?.state === 'running' && instance.hasSsmAgent;

/** Begins a shell script on instances; what it did is asked for with `GetCommandInvocation`. */
export const sendCommand = (
  context: CommandContext,
  { DocumentName, InstanceIds = [], Parameters = {}, Comment = '' }: Partial<ssm.SendCommandRequest>,
): ssm.SendCommandResult => {
  if (DocumentName !== shellDocument)
    throw new ApiError('InvalidDocument', `Document with name ${DocumentName} does not exist.`);
  const {
    commands = [],
    executionTimeout: [timeout = defaultTimeoutSeconds] = [],
    workingDirectory: [directory = '/'] = [],
  } = Parameters;
  const seconds = Number(timeout);
  if (commands.length === 0 || !Number.isInteger(seconds) || seconds < 1 || seconds > 172_800)
    throw new ApiError('InvalidParameters', 'Parameters commands and executionTimeout are not valid.');
  const instances = InstanceIds.map((id) => context.state.instances.get(id));
  if (instances.length === 0 || instances.length > maxInstances || !instances.every(isManaged))
    throw new ApiError(
      'InvalidInstanceId',
      `Instances [[${InstanceIds.join(', ')}]] not in a valid state for account ${context.state.accountId}`,
    );
  const id = randomUUID();
  const script = commands.join('\n');
  for (const instance of instances)
    begin(context, id, instance, { script, directory, timeoutMs: seconds * 1_000 });
  return { Command: { CommandId: id, DocumentName, InstanceIds, Comment, Parameters, Status: 'Pending' } };
};

const begin = (
  { state, hosts, storage }: CommandContext,
  id: string,
  instance: InstanceRecord,
  script: { readonly script: string; readonly directory: string; readonly timeoutMs: number },
): void => {
  const { commands } = state.services;
  const key = commandKey(id, instance.id);
  const record = { id, instanceId: instance.id };
  commands.set(key, { ...record, result: undefined });
  const root = rootTree({ state, storage }, instance);
  hosts.runCommand(state, instance.id, { ...script, root }).then(
    (result) => commands.set(key, { ...record, result }),
    (error: unknown) =>
      commands.set(key, {
        ...record,
        result: { exitCode: -1, timedOut: false, stdout: '', stderr: String(error) },
      }),
  );
};

/** The file tree on the root volume of an instance; undefined where an unpacker wrote none. */
export const rootTree = (
  { state, storage }: Pick<CommandContext, 'state' | 'storage'>,
  { id, rootDeviceName }: InstanceRecord,
): string | undefined => {
  const volume = state.volumes
    .list()
    .find(({ attachment }) => attachment?.instanceId === id && attachment.device === rootDeviceName);
  if (volume === undefined) return undefined;
  const tree = join(storage.volumePath(state, volume.id), 'tree');
  return existsSync(tree) ? tree : undefined;
};

const commandKey = (id: string, instanceId: string): string => `${id} ${instanceId}`;

const statusOf = ({ result }: CommandRecord): ssm.CommandInvocationStatus => {
  if (result === undefined) return 'InProgress';
  if (result.timedOut) return 'TimedOut';
  return result.exitCode === 0 ? 'Success' : 'Failed';
};

const statusDetails: Partial<Record<ssm.CommandInvocationStatus, string>> = {
  TimedOut: 'Execution Timed Out',
};

export const getCommandInvocation = (
  { state }: Pick<CommandContext, 'state'>,
  { CommandId = '', InstanceId = '' }: Partial<ssm.GetCommandInvocationRequest>,
): ssm.GetCommandInvocationResult => {
  const command = state.services.commands.get(commandKey(CommandId, InstanceId));
  if (command === undefined)
    throw new ApiError(
      'InvocationDoesNotExist',
      'The command ID and instance ID you specified did not match any invocations.',
    );
  const Status = statusOf(command);
  const { stdout = '', stderr = '', exitCode = -1 } = command.result ?? {};
  return {
    ...{ CommandId, InstanceId, DocumentName: shellDocument, PluginName: 'aws:runShellScript' },
    ...{ ResponseCode: exitCode, Status, StatusDetails: statusDetails[Status] ?? Status },
    ...{ StandardOutputContent: stdout, StandardErrorContent: stderr },
  };
};

/** Tells of the instances that commands can be sent to. */
export const describeInstanceInformation = (
  { state }: Pick<CommandContext, 'state'>,
  { Filters = [] }: ssm.DescribeInstanceInformationRequest,
): ssm.DescribeInstanceInformationResult => {
  if (Filters.some(({ Key }) => Key !== 'InstanceIds'))
    throw new ApiError('InvalidFilterKey', 'The sandbox knows the filter InstanceIds only.');
  const managed = state.instances.list().filter(isManaged);
  return {
    InstanceInformationList: managed
      .filter(({ id }) => Filters.every(({ Values = [] }) => Values.includes(id)))
      .map(({ id, address }) => ({
        InstanceId: id,
        PingStatus: 'Online',
        PlatformType: 'Linux',
        IPAddress: address,
        ResourceType: 'EC2Instance',
      })),
  };
};
