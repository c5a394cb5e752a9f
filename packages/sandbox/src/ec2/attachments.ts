import { ApiError, required } from '../model/api-error.js';
import type { AttachmentRecord, InstanceRecord, VolumeRecord } from '../model/records.js';
import type { RegionState } from '../model/region-state.js';
import type { Ec2Handler } from './handler.js';
import { lookup } from './lookup.js';
import { attachmentView } from './volume-views.js';

/** Volumes attached to an instance. */
export const attachedVolumes = (state: RegionState, instanceId: string): VolumeRecord[] =>
  state.volumes.list().filter(({ attachment }) => attachment?.instanceId === instanceId);

/** The volume is visible on the instance before its attachment is `attached`. */
export const attachVolume: Ec2Handler<'AttachVolume'> = (context, input) => {
  const { state, clock, latency, storage, hosts, transitions } = context;
  const device = required(input.Device, 'device');
  const volume = lookup(state.volumes, 'volume', input.VolumeId);
  const instance = lookup(state.instances, 'instance', input.InstanceId);
  checkAttachable(state, volume, instance, device);
  const attachment: AttachmentRecord = {
    instanceId: instance.id,
    device,
    state: 'attaching',
    attachTime: new Date(clock.now()),
    deleteOnTermination: false,
  };
  state.volumes.update(volume.id, { state: 'in-use', attachment });
  transitions.after(latency.next('attachVolumeMs', volume.id), async () => {
    await hosts.attach(state, instance.id, volume.id, await storage.attach(state, volume.id));
    changeAttachment(state, volume.id, { state: 'attached' });
  });
  return attachmentView(volume.id, attachment);
};

const attachableInstanceStates: ReadonlySet<InstanceRecord['state']> = new Set(['running', 'stopped']);

const checkAttachable = (
  state: RegionState,
  volume: VolumeRecord,
  instance: InstanceRecord,
  device: string,
): void => {
  if (volume.attachment !== undefined) {
    throw new ApiError('VolumeInUse', `${volume.id} is already attached to an instance`);
  }
  if (volume.state !== 'available') throw new ApiError('IncorrectState', `${volume.id} is not 'available'.`);
  if (!attachableInstanceStates.has(instance.state)) {
    throw new ApiError(
      'IncorrectState',
      `Instance '${instance.id}' is not 'running' or 'stopped' but '${instance.state}'.`,
    );
  }
  if (volume.zone !== instance.zone) {
    throw new ApiError(
      'InvalidVolume.ZoneMismatch',
      `The volume '${volume.id}' is not in the same availability zone as instance '${instance.id}'`,
    );
  }
  if (attachedVolumes(state, instance.id).some(({ attachment }) => attachment?.device === device)) {
    throw new ApiError(
      'InvalidParameterValue',
      `Invalid value '${device}' for unixDevice. Attachment point ${device} is already in use`,
    );
  }
};

/** Changes what is still attached; its record may have gone meanwhile. */
const changeAttachment = (state: RegionState, volumeId: string, change: Partial<AttachmentRecord>): void => {
  const attachment = state.volumes.get(volumeId)?.attachment;
  if (attachment !== undefined) state.volumes.update(volumeId, { attachment: { ...attachment, ...change } });
};

export const detachVolume: Ec2Handler<'DetachVolume'> = (context, input) => {
  const { state, latency, storage, hosts, transitions } = context;
  const volume = lookup(state.volumes, 'volume', input.VolumeId);
  const attachment = checkDetachable(state, volume, input.InstanceId, input.Device);
  changeAttachment(state, volume.id, { state: 'detaching' });
  transitions.after(latency.next('detachVolumeMs', volume.id), async () => {
    await hosts.detach(state, attachment.instanceId, volume.id);
    await storage.detach(state, volume.id);
    state.volumes.update(volume.id, { state: 'available', attachment: undefined });
  });
  return { ...attachmentView(volume.id, attachment), State: 'detaching' };
};

const checkDetachable = (
  state: RegionState,
  { id, state: volumeState, attachment }: VolumeRecord,
  instanceId: string | undefined,
  device: string | undefined,
): AttachmentRecord => {
  if (attachment === undefined) {
    throw new ApiError('IncorrectState', `Volume '${id}' is in the '${volumeState}' state.`);
  }
  if (
    (instanceId ?? attachment.instanceId) !== attachment.instanceId ||
    (device ?? attachment.device) !== attachment.device
  ) {
    throw new ApiError(
      'InvalidAttachment.NotFound',
      `The volume '${id}' is not attached to instance '${instanceId}' as device '${device}'.`,
    );
  }
  if (attachment.state !== 'attached') {
    throw new ApiError('IncorrectState', `The attachment of volume '${id}' is '${attachment.state}'.`);
  }
  const instance = state.instances.get(attachment.instanceId);
  if (instance?.rootDeviceName === attachment.device && instance.state !== 'stopped') {
    throw new ApiError(
      'OperationNotPermitted',
      `Unable to detach root volume '${id}' from instance '${instance.id}'`,
    );
  }
  return attachment;
};
