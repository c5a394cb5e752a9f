import { AmiPublisherError, invalidOption } from '@ami-publisher/base';
import { bindDevice, inUse, refuseOfOther, refuseSecondName, refuseUnrecorded } from '../bind-device.js';
import { cancelledBecause } from '../cancelled.js';
import { checked, checkedClaim, checkedKeys, checkedMs } from '../names.js';
import { streamOfDevice, withDevice, withoutDevice, withStream } from '../state/model.js';
import { streamOf } from '../state/state-store.js';
import { inspected, unsealed, volumeOf } from '../tasks/volume.js';
import type { Unpacker } from '../unpacker.js';
import { deviceMessage, streamMessage, type UnpackerCalls } from './messages.js';

const arrivalTime = { low: 1, high: 600_000, otherwise: 60_000 };
const growthTimeMs = 60_000;
const growthIntervalMs = 500;

type DeviceCalls = Pick<
  UnpackerCalls,
  'AddDevice' | 'ClaimDevice' | 'AssociateStream' | 'GrowDevice' | 'RemoveDevice'
>;

export const deviceCalls = (unpacker: Unpacker): DeviceCalls => ({
  AddDevice: async (request, { signal }) => {
    const claim = checkedClaim(request.lease);
    const deviceId = checked('deviceId', request.deviceId);
    const hint = checked('hint', request.hint);
    const kmsKeys = checkedKeys(request.kmsKeys);
    const timeoutMs = checkedMs('timeout_ms', request.timeoutMs, arrivalTime);
    unpacker.checkLease(claim);
    refuseOfOther(unpacker, deviceId, claim.stream);
    const device = await unpacker.devices.arrival(deviceId, { hint, timeoutMs, signal });
    await unpacker.underLease(claim, signal, async () => {
      if (unpacker.streamNameOf(deviceId) === claim.stream) {
        await unpacker.devices.locate(deviceId, signal);
        return;
      }
      await bindDevice(unpacker, { stream: claim.stream, device, hint, kmsKeys, claimed: false });
    });
    return deviceMessage(unpacker, deviceId);
  },

  ClaimDevice: async (request, { signal }) => {
    const deviceId = checked('deviceId', request.deviceId);
    if (unpacker.store.current.devices.has(deviceId)) return deviceMessage(unpacker, deviceId);
    const device = await unpacker.devices.arrival(deviceId, { timeoutMs: 0, signal });
    if (request.path !== '' && request.path !== device.path) {
      throw invalidOption('path', `where ${deviceId} is, ${device.path}`, request.path);
    }
    await unpacker.binding.run(async () => {
      refuseSecondName(unpacker, device);
      const contents = await unpacker.driver.inspect(device);
      if (contents.kind !== 'blank' && !request.force) throw holdsData(deviceId);
      await unpacker.store.commit((state) => ({
        state: withDevice(state, { id: deviceId }),
        result: undefined,
      }));
      await unpacker.devices.inspect(device, 'unknown');
    });
    return deviceMessage(unpacker, deviceId);
  },

  AssociateStream: async (request, { signal }) => {
    const claim = checkedClaim(request.lease);
    const deviceId = checked('deviceId', request.deviceId);
    const kmsKeys = checkedKeys(request.kmsKeys);
    const { hint = '' } = refuseUnrecorded(unpacker, deviceId);
    await unpacker.underLease(claim, signal, async () => {
      if (unpacker.streamNameOf(deviceId) === claim.stream) return;
      const { device } = await unpacker.devices.locate(deviceId, signal);
      await bindDevice(unpacker, { stream: claim.stream, device, hint, kmsKeys, claimed: true });
    });
    return streamMessage(unpacker, streamOf(unpacker.store.current, claim.stream));
  },

  GrowDevice: async (request, { signal }) => {
    const claim = checkedClaim(request.lease);
    const deviceId = checked('deviceId', request.deviceId);
    const sizeBytes = Number(request.sizeBytes);
    refuseUnrecorded(unpacker, deviceId);
    await unpacker.underLease(claim, signal, async () => {
      refuseOfOther(unpacker, deviceId, claim.stream);
      await grown(unpacker, deviceId, sizeBytes, signal);
      if (unpacker.streamNameOf(deviceId) !== claim.stream) return;
      const view = await unsealed(unpacker, claim.stream, await volumeOf(unpacker, claim.stream, signal));
      await unpacker.driver.grow(view.device);
      await inspected(unpacker, claim.stream, view, view.readiness);
    });
    return deviceMessage(unpacker, deviceId);
  },

  RemoveDevice: async (request, { signal }) => {
    const deviceId = checked('deviceId', request.deviceId);
    refuseUnrecorded(unpacker, deviceId);
    if (request.force) {
      await removeFromAny(unpacker, deviceId, signal);
    } else if (request.lease === null && unpacker.streamNameOf(deviceId) === undefined) {
      await unpacker.binding.run(() => remove(unpacker, deviceId, undefined));
    } else {
      const claim = checkedClaim(request.lease);
      await unpacker.underLease(claim, signal, () => remove(unpacker, deviceId, claim.stream));
    }
    return {};
  },
});

/** Removes a device whoever has it: a stream may take it, or lose it, while this call waits for its turn. */
const removeFromAny = async (unpacker: Unpacker, deviceId: string, signal: AbortSignal): Promise<void> => {
  for (let isRemoved = false; !isRemoved; ) {
    const owner = unpacker.streamNameOf(deviceId);
    const inTurn = async (): Promise<boolean> => {
      if (unpacker.streamNameOf(deviceId) !== owner) return false;
      await remove(unpacker, deviceId, owner);
      return true;
    };
    if (owner === undefined) {
      isRemoved = await unpacker.binding.run(inTurn);
    } else {
      await unpacker.operations.cancelOn(owner, cancelledBecause(`volume ${deviceId} is being removed`));
      isRemoved = await unpacker.queues.run(owner, inTurn, signal);
    }
  }
};

/** Lets go of a device and drops it, also from the stream that has it; its content stays. */
const remove = async (unpacker: Unpacker, deviceId: string, allowed: string | undefined): Promise<void> => {
  refuseOfOther(unpacker, deviceId, allowed);
  const view = unpacker.devices.view(deviceId);
  if (view !== undefined) await unpacker.driver.release(view.device);
  await unpacker.store.commit((state) => {
    const owner = streamOfDevice(state, deviceId);
    if (owner !== undefined && owner.name !== allowed) throw inUse(deviceId, owner.name);
    const without = withoutDevice(state, deviceId);
    if (owner === undefined) return { state: without, result: undefined };
    const { deviceId: _removed, ...stream } = owner;
    return { state: withStream(without, stream), result: undefined };
  });
  unpacker.devices.drop(deviceId);
};

const grown = async (
  unpacker: Unpacker,
  deviceId: string,
  sizeBytes: number,
  signal: AbortSignal,
): Promise<void> => {
  const deadline = unpacker.clock.now() + growthTimeMs;
  for (;;) {
    const { device } = await unpacker.devices.locate(deviceId, signal);
    if (device.sizeBytes >= sizeBytes) return;
    if (unpacker.clock.now() >= deadline) {
      throw new AmiPublisherError('TIMED_OUT', {
        message: `volume ${deviceId} has ${device.sizeBytes} bytes after ${growthTimeMs} ms, not ${sizeBytes}`,
        resource: deviceId,
        remedy: 'check that the volume is being modified, then try again',
      });
    }
    await unpacker.clock.sleep(growthIntervalMs, signal);
  }
};

const holdsData = (deviceId: string): AmiPublisherError =>
  new AmiPublisherError('DEVICE_IN_USE', {
    message: `volume ${deviceId} holds data`,
    resource: deviceId,
    remedy: 'claim it with force if the data may go',
  });
