import type { StreamStateName } from '@ami-publisher/protocol';
import type { DeviceView } from '../devices.js';
import type { OperationRecord, StreamRecord } from '../state/model.js';

const whileRunning: Readonly<Record<string, StreamStateName>> = {
  scan: 'SCANNING',
  fetch: 'FETCHING',
  update: 'UPDATING',
  seal: 'SEALING',
  export: 'EXPORTING',
};

const afterWork = { scanned: 'PREPARED', unpacked: 'UNPACKED' } as const;

/** The state of a stream: what its operation does now, or else what its volume holds and what has been done with it. */
export const streamState = (
  stream: StreamRecord,
  view: DeviceView | undefined,
  operation: OperationRecord | undefined,
): StreamStateName => {
  if (stream.deviceId === undefined) return 'NO_DEVICE';
  if (view === undefined) return 'DEVICE_MISSING';
  const running = operation?.state === 'RUNNING' ? whileRunning[operation.phase] : undefined;
  return running ?? restingState(view);
};

const restingState = ({ contents, readiness }: DeviceView): StreamStateName => {
  if (contents.kind === 'blank' || contents.kind === 'foreign') return 'BLANK';
  if (contents.kind === 'image' && contents.sealed) return 'SEALED';
  if (readiness !== 'unknown') return afterWork[readiness];
  return contents.kind === 'partial' ? 'NEEDS_SCAN' : 'IDLE';
};
