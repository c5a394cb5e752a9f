import type { StreamStateName } from '@ami-publisher/protocol';
import { deviceMessage, streamMessage } from '../service/messages.js';
import { isBusy } from '../service/status-calls.js';
import type { Unpacker } from '../unpacker.js';

/** Numbers of the Go daemon for our states; each is followed there by the calls that are right for ours. */
const numbers: Readonly<Record<StreamStateName, number>> = {
  STREAM_STATE_UNSPECIFIED: 0,
  NO_DEVICE: 0,
  DEVICE_MISSING: 0,
  IDLE: 1,
  NEEDS_SCAN: 1,
  SEALED: 1,
  UNPACKED: 2,
  SCANNING: 3,
  PREPARED: 4,
  FETCHING: 5,
  UPDATING: 6,
  SEALING: 7,
  EXPORTING: 8,
  BLANK: 9,
  TRANSFERRING: 10,
};

const nanosecondsPerMs = 1_000_000;

/** The reply to GetStatus. */
export const srpcStatus = (unpacker: Unpacker): object => {
  const { devices, streams } = unpacker.store.current;
  const isUsed = [...streams.values()].some((stream) => isBusy(unpacker, stream));
  const idleMs = isUsed ? 0 : unpacker.clock.now() - unpacker.lastUsedAt;
  return {
    Devices: Object.fromEntries([...devices.keys()].map((id) => [id, deviceOf(unpacker, id)])),
    ImageStreams: Object.fromEntries(
      [...streams.values()].map((stream) => {
        const { deviceId, state } = streamMessage(unpacker, stream);
        return [stream.name, { DeviceId: deviceId, Status: numbers[state as StreamStateName] }];
      }),
    ),
    TimeSinceLastUsed: Math.max(0, Math.round(idleMs)) * nanosecondsPerMs,
  };
};

const deviceOf = (unpacker: Unpacker, id: string): object => {
  const { path, sizeBytes, stream } = deviceMessage(unpacker, id);
  return { DeviceName: path.replace(/^\/dev\//, ''), Size: sizeBytes, StreamName: stream };
};
