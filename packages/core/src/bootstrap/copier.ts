import { randomBytes } from 'node:crypto';
import { AmiPublisherError, clientToken } from '@ami-publisher/base';
import type { CreateVolumeRequest, Instance, Volume } from '@aws-sdk/client-ec2';
import { describeInstances, describeVolumes } from '../cloud/describe.js';
import { tagFilter, tagKeys, tagSpecification } from '../cloud/tags.js';
import { launchCall, runRequest } from '../instances/launch-change.js';
import { runWhereThereIsRoom } from '../instances/launch-run.js';
import { hasEnded } from '../instances/named-instances.js';
import { untilState } from '../instances/until-state.js';
import type { ChangeContext } from '../operations/command.js';
import { listSettled } from '../steps/send-once.js';
import { minuteMs } from '../steps/step.js';
import { targetKey } from '../target/target.js';
import { idOf, stateOf } from '../unpacker/instances.js';
import { ensureAttached, firstNameFor } from '../volumes/attach-volume.js';
import { createVolume, createVolumeCall } from '../volumes/create-volume.js';
import { deleteVolume } from '../volumes/delete-volume.js';
import { type CopierReport, copierReport, copierScript } from './copier-script.js';
import { operationTag } from './copy-change.js';
import { copierStep, gibOf, type InstanceCopy } from './instance-change.js';
import type { OfferedVolume } from './offered-volume.js';

/** What there is of a copier, filled in as it is made. */
export interface Copier {
  instanceId?: string;
  volumeId?: string;
}

/** A large disk takes hours from region to region. */
const copyingMs = 6 * 60 * minuteMs;
/** EC2 tells what a console said some time after the instance has stopped. */
const consoleMs = 15 * minuteMs;
const consoleAgainMs = 15_000;

/** Launches a copier, with a blank volume in its zone, which it fills as soon as it is attached. */
export const launchCopier = async (
  context: ChangeContext,
  change: InstanceCopy,
  { offer, address }: OfferedVolume,
  copier: Copier,
): Promise<void> => {
  const { publicationId, services, signal } = context;
  const { port, publicKeySha256, ticket, sizeBytes } = offer;
  // What an earlier try has made is gone: its ticket is good for nothing.
  const token = tokensOf(context);
  const volumes = new Map<string, string>();
  const instance = await runWhereThereIsRoom(context, change.launch, async (subnet) => {
    const request = volumeRequest(change, subnet.zone, publicationId);
    const volumeId =
      volumes.get(subnet.zone) ??
      (await createVolume(context, { ...request, ClientToken: token(`volume ${subnet.zone}`) }));
    volumes.set(subnet.zone, volumeId);
    copier.volumeId = volumeId;
    const given = { address, port, publicKeySha256, ticket, sizeBytes, volumeId };
    const script = copierScript({ ...given, device: firstNameFor(volumeId) });
    return {
      ...runRequest(change.launch, subnet, { clientToken: token(subnet.id), operationId: publicationId }),
      UserData: Buffer.from(script).toString('base64'),
      InstanceInitiatedShutdownBehavior: 'stop',
    };
  });
  copier.instanceId = idOf(instance);
  await services.poller.wait('instance', idOf(instance), {
    until: (one) => stateOf(one) === 'running',
    wanted: 'running',
    timeoutMs: 10 * minuteMs,
    signal,
  });
  await ensureAttached(context, copier.volumeId ?? '', instance);
};

/** Unlike those of any other try. */
const tokensOf = ({ attempt, publicationId, target }: ChangeContext) => {
  const once = randomBytes(8).toString('hex');
  return (what: string) => clientToken(publicationId, targetKey(target), `copier ${once} ${what}`, attempt);
};

const volumeRequest = (
  { kmsKey, launch, sizeBytes }: InstanceCopy,
  AvailabilityZone: string,
  operationId: string,
): CreateVolumeRequest => ({
  AvailabilityZone,
  Size: gibOf(sizeBytes),
  VolumeType: 'gp3',
  Encrypted: true,
  ...(kmsKey !== null && { KmsKeyId: kmsKey }),
  TagSpecifications: tagSpecification('volume', { ...launch.tags, ...operationTag(operationId) }),
});

/**
 * Waits until a copier has done its work and switched itself off, or until it is known that it cannot do it.
 *
 * @param fetched rejects if the volume could not be fetched
 * @returns what it said on its console
 * @throws what `fetched` rejects with, `RESOURCE_FAILED` if it said nothing
 */
export const copierDone = async (
  context: ChangeContext,
  copier: Copier,
  fetched: Promise<string>,
): Promise<CopierReport> => {
  const over = new AbortController();
  const signal = AbortSignal.any([context.signal, over.signal]);
  const report = reportOf({ ...context, signal }, copier);
  try {
    return await Promise.race([report, fetched.then(() => report)]);
  } finally {
    over.abort(new AmiPublisherError('CANCELLED', { message: 'the copier is not waited for any more' }));
  }
};

const reportOf = async (
  { clock, services, signal }: ChangeContext,
  { instanceId = '', volumeId = '' }: Copier,
): Promise<CopierReport> => {
  await services.poller.wait('instance', instanceId, {
    until: (instance) => ['stopped', 'terminated'].includes(stateOf(instance)),
    wanted: 'stopped',
    timeoutMs: copyingMs,
    signal,
  });
  const givesUpAt = clock.now() + consoleMs;
  for (;;) {
    const { Output = '' } = await services.ec2.getConsoleOutput({ InstanceId: instanceId }, { signal });
    const report = copierReport(Buffer.from(Output, 'base64').toString('latin1'), volumeId);
    if (report !== undefined) return report;
    if (clock.now() >= givesUpAt) throw saidNothing(instanceId);
    await clock.sleep(consoleAgainMs, signal);
  }
};

const saidNothing = (resource: string): AmiPublisherError =>
  new AmiPublisherError('RESOURCE_FAILED', {
    message: `${resource} has stopped, and its console does not say whether it has copied the volume`,
    call: 'ec2:GetConsoleOutput',
    resource,
    remedy:
      'see whether its image runs user data (cloud-init) and has Bash, curl and gzip, or name another with --copier-image',
  });

/** Takes away all that the operation has made for the copying only. Not cancelled with the work: nobody would do it later. */
export const removeCopiers = async (context: ChangeContext, copier: Copier = {}): Promise<void> => {
  const lasting = { ...context, signal: new AbortController().signal };
  for (const instance of await copiersMadeHere(lasting, copier.instanceId)) {
    if (hasEnded(instance)) continue;
    await context.services.ec2.terminateInstances({ InstanceIds: [idOf(instance)] });
    await untilState(lasting, idOf(instance), 'terminated');
  }
  for (const { VolumeId = '' } of await volumesMadeHere(lasting, copier.volumeId))
    await deleteVolume(lasting, VolumeId, async () => {});
};

const filtersOf = (operationId: string) => [
  tagFilter(tagKeys.publication, operationId),
  tagFilter(tagKeys.step, copierStep),
];

/** Ended ones, too: that shows that there was no other. */
const copiersMadeHere = (context: ChangeContext, known: string | undefined): Promise<Instance[]> => {
  const { publicationId, services } = context;
  const list = () => describeInstances(services.ec2, filtersOf(publicationId), {});
  return listSettled(context, launchCall, known, { list, idOf });
};

const volumesMadeHere = (context: ChangeContext, known: string | undefined): Promise<Volume[]> => {
  const { publicationId, services } = context;
  const list = () => describeVolumes(services.ec2, filtersOf(publicationId), {});
  return listSettled(context, createVolumeCall, known, { list, idOf: ({ VolumeId }) => VolumeId });
};
