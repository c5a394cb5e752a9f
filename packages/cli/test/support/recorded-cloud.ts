import { VirtualClock } from '@ami-publisher/base';
import {
  type Ec2Action,
  type Ec2Api,
  type KmsApi,
  MemoryJournalStore,
  Operations,
  operationCommands,
  type Target,
  type UnpackerClient,
  UnpackerFleet,
} from '@ami-publisher/core';
import { ModelCloud } from '@ami-publisher/sandbox';
import type { PolicyDocument } from '../../src/docs/iam/policy.js';

/** `whileAttaching` changes nothing itself: the attachment that it is made around is a call of its own. */
const isRead = /^(describe|get|list)|^(status|close|whileAttaching)$/;
const resourceId = /^(ami|i|key|snap|vol)-[0-9a-f]{8,17}$/;

/** Every id of a resource in a request, each once; also the names of key pairs, which are their ids in requests. */
const idsIn = (value: unknown, key = ''): string[] => {
  if (typeof value === 'string') return resourceId.test(value) || key === 'KeyName' ? [value] : [];
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return [];
  const found = Object.entries(value).flatMap(([name, inner]) =>
    idsIn(inner, Array.isArray(value) ? key : name),
  );
  return [...new Set(found)].sort();
};

/**
 * Two accounts with an unpacker each, in virtual time; what changes something is written down, call by call with its resources.
 *
 * @param policy what commands may do; the administrator, by whom things are prepared, may do everything. @default everything
 */
export const createRecordedCloud = async (policy?: PolicyDocument) => {
  const clock = new VirtualClock();
  const policies = policy && { 'ami-publisher': structuredClone(policy) as never };
  const cloud = new ModelCloud({ clock, accounts: 2, regions: ['eu-west-1'], policies });
  await clock.runUntil(cloud.addUnpackers({ tags: { team: 'base' } }));
  const calls: (readonly string[])[] = [];
  const ec2 = cloud.ec2.bind(cloud);
  const recorded: typeof cloud.ec2 = async (target) => recording(await ec2(target), calls, []);
  const createClient: typeof cloud.createUnpackerClient = (target, instance) => {
    const { InstanceId: id = '' } = instance;
    const client = asOperator(cloud, id, cloud.createUnpackerClient(target, instance));
    return recording(client, calls, [id]);
  };
  const journals = new MemoryJournalStore();
  const fleet = () => new UnpackerFleet({ cloud, createClient });
  cloud.ec2 = recorded;
  const kms = cloud.kms.bind(cloud);
  cloud.kms = async (target) => recording(await kms(target), calls, []);
  const { targets, failures, notices } = await clock.runUntil(cloud.resolveTargets('*,*'));
  return {
    ...{
      cloud,
      clock,
      calls,
      administrator: administratorOf(cloud),
      targets: { targets, failures, notices },
    },
    operations: new Operations({ cloud, journals, fleet, commands: operationCommands }),
    run: <T>(outcome: Promise<T>): Promise<T> => clock.runUntil(outcome),
    pass: (ms: number) => clock.advance(ms),
  };
};

export type RecordedCloud = Awaited<ReturnType<typeof createRecordedCloud>>;

/** EC2 as somebody calls it whom no policy binds. */
const administratorOf =
  ({ model }: ModelCloud) =>
  ({ accountId, region }: Target): Ec2Api => {
    const arn = `arn:aws:iam::${accountId}:user/administrator`;
    const caller = { accountId, arn, userId: 'AIDA', isSession: false };
    const call = (name: string) => (input: never) =>
      model.ec2(caller, region, name.replace(/^./, (letter) => letter.toUpperCase()) as Ec2Action, input);
    return new Proxy({} as Ec2Api, { get: (_, name) => call(String(name)) });
  };

const recording = <T extends Ec2Api | KmsApi | UnpackerClient>(
  api: T,
  calls: (readonly string[])[],
  owner: readonly string[],
): T =>
  new Proxy(api, {
    get: (own, name) => {
      const method: unknown = Reflect.get(own, name, own);
      if (typeof method !== 'function') return method;
      if (isRead.test(String(name))) return method.bind(own);
      return (input: unknown, ...more: unknown[]) => {
        calls.push([String(name), ...new Set([...owner, ...idsIn(input)])]);
        return Reflect.apply(method, own, [input, ...more]);
      };
    },
  });

/** The model's unpackers know publications only; this one lets operators claim and remove what no stream has. */
const asOperator = (cloud: ModelCloud, instanceId: string, client: UnpackerClient): UnpackerClient =>
  Object.assign(client, {
    cancelOperation: async () => {},
    claimDevice: async (id: string) => void cloud.unpacker(instanceId)?.devices.set(id, []),
    removeDevice: async (id: string) => void cloud.unpacker(instanceId)?.devices.delete(id),
  });

/** Makes a volume that a stream or nobody uses, at an instance. @returns its id */
export const attachVolume = async (
  { administrator, cloud, run, pass }: RecordedCloud,
  target: Target,
  instanceId: string,
  tags: Readonly<Record<string, string>>,
): Promise<string> => {
  const api = administrator(target);
  const { VolumeId = '' } = await run(
    api.createVolume({
      ...{ AvailabilityZone: `${target.region}a`, Size: 1, VolumeType: 'gp3' },
      TagSpecifications: [
        { ResourceType: 'volume', Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) },
      ],
    }),
  );
  await pass(10_000);
  await run(api.attachVolume({ VolumeId, InstanceId: instanceId, Device: '/dev/sdf' }));
  await pass(10_000);
  cloud.unpacker(instanceId)?.devices.set(VolumeId, []);
  return VolumeId;
};
