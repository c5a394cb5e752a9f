import type { CommonStatus } from '@ami-publisher/daemon';
import type { PaceEstimate } from '../operations/pace.js';
import { deviceMessage, streamMessage } from '../service/messages.js';
import type { OperationRecord } from '../state/model.js';
import type { Unpacker } from '../unpacker.js';

/** How many operations the page lists. */
const listedOperations = 20;

/** An operation, with its stream and, while it runs, its pace. */
export interface OperationStatus extends Omit<OperationRecord, 'request'> {
  readonly stream: string;
  readonly pace?: PaceEstimate | undefined;
}

/** A stream as the page shows it. */
export interface StreamStatus {
  readonly name: string;
  readonly state: string;
  /** Empty = none. */
  readonly deviceId: string;
  readonly generation: number;
  /** What its volume holds completely; empty otherwise. */
  readonly leaf: string;
  readonly manifestDigest: string;
  readonly lease:
    | { readonly publication: string; readonly holder: string; readonly expiresAt: string }
    | undefined;
  /** The one that runs. */
  readonly operation: OperationStatus | undefined;
  readonly lastError: { readonly code: string; readonly message: string; readonly at: string } | undefined;
}

/** A device as the page shows it. */
export interface DeviceStatus {
  readonly id: string;
  readonly path: string;
  readonly sizeBytes: number;
  /** Empty = free. */
  readonly stream: string;
  readonly present: boolean;
}

/** An unpacker as `/status.json` shows it. */
export interface UnpackerStatus extends CommonStatus {
  readonly driver: string;
  readonly imageServer: string;
  readonly streams: readonly StreamStatus[];
  readonly devices: readonly DeviceStatus[];
  /** Those that ended last, the latest first. */
  readonly operations: readonly OperationStatus[];
}

/** The part of the status that the unpacker itself knows. */
export const unpackerStatus = (
  unpacker: Unpacker,
): Pick<UnpackerStatus, 'driver' | 'streams' | 'devices' | 'operations'> => {
  const { streams, devices } = unpacker.store.current;
  return {
    driver: unpacker.driver.name,
    streams: [...streams.keys()].sort().map((name) => streamStatus(unpacker, name)),
    devices: [...devices.keys()].sort().map((id) => {
      const { path, sizeBytes, stream, present } = deviceMessage(unpacker, id);
      return { id, path, sizeBytes, stream, present };
    }),
    operations: endedOperations(unpacker),
  };
};

const streamStatus = (unpacker: Unpacker, name: string): StreamStatus => {
  const record = unpacker.store.current.streams.get(name);
  if (record === undefined) throw new RangeError(`no stream ${name}`);
  const message = streamMessage(unpacker, record);
  const [running] = unpacker.operations.runningOn(name);
  const lease = message.lease;
  return {
    name,
    state: String(message.state),
    deviceId: record.deviceId ?? '',
    generation: Number(message.generation),
    leaf: message.leaf ?? '',
    manifestDigest: message.manifestDigest ?? '',
    lease: lease
      ? {
          publication: String(lease.publication),
          holder: String(lease.holder),
          expiresAt: String(lease.expiresAt),
        }
      : undefined,
    operation: running && operationStatus(name, running.record, unpacker),
    lastError: record.lastError,
  };
};

const operationStatus = (stream: string, record: OperationRecord, unpacker: Unpacker): OperationStatus => {
  const { request: _request, ...shown } = record;
  return { ...shown, stream, pace: unpacker.pace.estimate(record, unpacker.clock.now()) };
};

const endedOperations = (unpacker: Unpacker): OperationStatus[] =>
  [...unpacker.store.current.streams.values()]
    .flatMap(({ name, operations }) =>
      operations
        .filter(({ state }) => state !== 'RUNNING')
        .map((record) => operationStatus(name, record, unpacker)),
    )
    .sort((a, b) => ((a.finishedAt ?? '') < (b.finishedAt ?? '') ? 1 : -1))
    .slice(0, listedOperations);
