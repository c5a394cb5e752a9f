import type { SrpcStreamStatus, SrpcUnpackerStatus } from '@ami-publisher/srpc';
import type { StreamState, UnpackerStatus } from '../unpacker-client.js';
import { fixedVolumes } from '../volumes.js';

/** A volume that was unpacked may hold a mixture if the work was cut short, which the daemon does not know: so none is ever taken for sealed. */
const states: Readonly<Record<SrpcStreamStatus, StreamState>> = {
  'no device': 'NO_DEVICE',
  'not mounted': 'IDLE',
  mounted: 'IDLE',
  scanning: 'SCANNING',
  scanned: 'PREPARED',
  fetching: 'FETCHING',
  updating: 'UPDATING',
  preparing: 'SEALING',
  exporting: 'EXPORTING',
  'no file-system': 'BLANK',
  transferring: 'TRANSFERRING',
};

const working: ReadonlySet<SrpcStreamStatus> = new Set([
  'scanning',
  'fetching',
  'updating',
  'preparing',
  'exporting',
  'transferring',
]);

/** Whether a stream is worked on; its requests wait meanwhile. */
export const isWorking = (status: SrpcStreamStatus | undefined): boolean =>
  status !== undefined && working.has(status);

/** The status in our words. The daemon takes long work for idleness, which ends no instance here. */
export const statusOf = ({ devices, idleMs, streams }: SrpcUnpackerStatus, now: number): UnpackerStatus => {
  const isUsed = Object.values(streams).some(({ status }) => isWorking(status));
  return {
    version: '',
    capabilities: [fixedVolumes],
    streams: Object.entries(streams).map(([name, { deviceId, status }]) => ({
      name,
      state: states[status],
      deviceId,
      generation: 0,
      leaf: '',
      manifestDigest: '',
      leasedTo: undefined,
    })),
    devices: Object.entries(devices).map(([id, { sizeBytes, stream }]) => ({
      id,
      sizeBytes,
      stream,
      present: true,
      kmsKeys: [],
    })),
    lastUsedAt: new Date(isUsed ? now : now - idleMs),
  };
};
