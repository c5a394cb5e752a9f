import { toAmiPublisherError } from '@ami-publisher/base';
import type { Instance, Volume } from '@aws-sdk/client-ec2';
import pMap from 'p-map';
import { describeVolumes } from '../cloud/describe.js';
import type { CallOptions, Ec2Api } from '../cloud/ec2-api.js';
import { fromTagList, tagKeys } from '../cloud/tags.js';
import type { Change, ChangeContext, Command, PlanContext } from '../operations/command.js';
import { planEachTarget } from '../operations/plan-each-target.js';
import type { JsonObject } from '../steps/json.js';
import type { Target } from '../target/target.js';
import { findUnpackerInstances, idOf, stateOf, volumesGoingWith } from '../unpacker/instances.js';
import { whileDrained, workOf } from './drained.js';
import { hasEnded, instanceNameOf, instanceNow, type NamedInstances, nameOf } from './named-instances.js';
import { untilState } from './until-state.js';

/** A stream's volume on an instance. */
interface HeldVolume extends JsonObject {
  readonly volumeId: string;
  readonly device: string;
  readonly stream: string;
  /** Whether it goes with the instance. */
  readonly goes: boolean;
}

/** The end of an instance. */
export interface TerminateChange extends Change {
  readonly volumes: readonly HeldVolume[];
  /** Volumes of streams stay, whatever their attachment says. */
  readonly keepVolumes: boolean;
  /** Whether it works for a publication is not asked. */
  readonly force: boolean;
}

export interface TerminateOptions {
  /** Keeps the volumes of streams, whatever their attachments say. @default false */
  readonly keepVolumes?: boolean | undefined;
  /** Terminates also what works for a publication, and what does not tell. @default false */
  readonly force?: boolean | undefined;
}

/** `terminate-instances`: those of exactly that name. */
export const terminateInstances: Command<NamedInstances & TerminateOptions, TerminateChange, null> = {
  name: 'terminate-instances',
  destroys: true,
  timeoutMs: 15 * 60_000,
  changesAtOnce: 8,
  plan: (context, request) => {
    const name = instanceNameOf(request);
    return planEachTarget(context, async (target, ec2) =>
      planTermination(context, target, ec2, await findUnpackerInstances(ec2, name, context), request),
    );
  },
  run: async (context, change) => {
    await terminate(context, change);
    return null;
  },
};

/** What terminating instances of a target takes. */
export const planTermination = async (
  context: PlanContext,
  target: Target,
  ec2: Ec2Api,
  instances: readonly Instance[],
  { keepVolumes = false, force = false }: TerminateOptions,
): Promise<TerminateChange[]> => {
  const held = await heldVolumes(ec2, instances, context);
  return pMap(
    instances,
    async (instance): Promise<TerminateChange> => {
      const volumes = held.get(idOf(instance)) ?? [];
      const work = force ? '' : await toldWork(context, target, instance);
      return {
        ...{ call: 'ec2:TerminateInstances', resource: idOf(instance), volumes, keepVolumes, force },
        text: `terminate ${nameOf(instance)}${fateOf(volumes, keepVolumes, otherVolumes(instance, volumes))}${work}`,
      };
    },
    { concurrency: 8 },
  );
};

/** The volumes of streams, by instance. */
export const heldVolumes = async (
  ec2: Ec2Api,
  instances: readonly Instance[],
  options: CallOptions,
): Promise<ReadonlyMap<string, readonly HeldVolume[]>> => {
  if (instances.length === 0) return new Map();
  const volumes = await describeVolumes(ec2, [{ Name: 'tag-key', Values: [tagKeys.stream] }], options);
  return new Map(
    instances.map((instance) => [idOf(instance), volumes.flatMap((volume) => heldBy(instance, volume))]),
  );
};

const heldBy = (instance: Instance, { VolumeId = '', Attachments = [], Tags }: Volume): HeldVolume[] =>
  Attachments.filter(({ InstanceId }) => InstanceId === idOf(instance)).map(
    ({ Device = '', DeleteOnTermination = false }) => ({
      ...{ volumeId: VolumeId, device: Device, goes: DeleteOnTermination },
      stream: fromTagList(Tags)[tagKeys.stream] ?? '',
    }),
  );

/** Volumes that go with an instance and are no stream's, such as its root. */
const otherVolumes = (instance: Instance, held: readonly HeldVolume[]): string[] =>
  volumesGoingWith(instance).filter((id) => held.every(({ volumeId }) => volumeId !== id));

const fateOf = (volumes: readonly HeldVolume[], keepVolumes: boolean, others: readonly string[]): string => {
  const told = ({ volumeId, stream }: HeldVolume) => `${volumeId} (${stream})`;
  const going = keepVolumes ? [] : volumes.filter(({ goes }) => goes);
  const kept = volumes.filter((volume) => !going.includes(volume));
  const gone = [...going.map(told), ...others];
  return [
    ...(gone.length === 0 ? [] : [`, with the volumes ${gone.join(', ')}`]),
    ...(kept.length === 0 ? [] : [`, and keep the volumes ${kept.map(told).join(', ')}`]),
  ].join('');
};

/** What an instance's unpacker works on, for the plan; the run finds out for itself. */
const toldWork = async (
  { fleet, signal }: PlanContext,
  target: Target,
  instance: Instance,
): Promise<string> => {
  if (stateOf(instance) !== 'running') return '';
  try {
    const client = fleet().client(target, instance);
    const work = workOf(await client.status({ signal }).finally(() => client.close()));
    return work === '' ? '' : `, once it no longer works on ${work}`;
  } catch (reason) {
    signal?.throwIfAborted();
    return `, whose unpacker does not answer (${toAmiPublisherError(reason).code})`;
  }
};

/**
 * Ends an instance, and waits until it has ended.
 *
 * @throws `UNPACKER_BUSY` if its unpacker works for a publication, what its client throws if it has volumes of streams and does not answer,
 *   both unless forced.
 */
export const terminate = async (context: ChangeContext, change: TerminateChange): Promise<void> => {
  const { resource, force, volumes } = change;
  const instance = await instanceNow(context.services.ec2, resource, context);
  if (instance === undefined) return;
  const end = () => endInstance(context, change, instance);
  if (force || stateOf(instance) !== 'running') await end();
  else await whileDrained(context, instance, end, { evenUnanswered: volumes.length === 0 });
};

const endInstance = async (
  context: ChangeContext,
  { resource, volumes, keepVolumes }: TerminateChange,
  instance: Instance,
): Promise<void> => {
  const { services, signal } = context;
  const going = keepVolumes && !hasEnded(instance) ? volumes.filter(({ goes }) => goes) : [];
  if (going.length > 0) {
    const stays = going.map(({ device }) => ({ DeviceName: device, Ebs: { DeleteOnTermination: false } }));
    const request = { InstanceId: resource, BlockDeviceMappings: stays };
    await services.ec2.modifyInstanceAttribute(request, { signal });
  }
  await services.ec2.terminateInstances({ InstanceIds: [resource] }, { signal });
  await untilState(context, resource, 'terminated');
};
