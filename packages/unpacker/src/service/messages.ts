import type {
  DeviceMessage,
  LeaseMessage,
  OperationInput,
  StreamStateName,
  UnpackerHandlers,
} from '@ami-publisher/protocol';
import type { DeviceView } from '../devices.js';
import { liveLease } from '../leases.js';
import type { LeaseRecord, OperationRecord, StreamRecord } from '../state/model.js';
import type { Unpacker } from '../unpacker.js';
import { streamState } from './stream-state.js';

/** Every method of the service, answered. */
export type UnpackerCalls = Required<UnpackerHandlers>;

/** What the handler of a method answers with. */
export type Answer<M extends keyof UnpackerHandlers> = UnpackerCalls[M] extends (
  ...parameters: never[]
) => Promise<infer O>
  ? O
  : never;

export const leaseMessage = (stream: string, lease: LeaseRecord): LeaseMessage => ({
  stream,
  publication: lease.publication,
  holder: lease.holder,
  epoch: String(lease.epoch),
  expiresAt: lease.expiresAt,
});

export const operationMessage = (stream: string, record: OperationRecord): OperationInput => {
  const {
    call: _call,
    request: _request,
    finishedAt,
    error,
    unpacked,
    captured,
    exported,
    ...fields
  } = record;
  return {
    ...fields,
    stream,
    finishedAt: finishedAt ?? '',
    error: error ?? null,
    ...(unpacked !== undefined && { unpacked }),
    ...(captured !== undefined && { captured }),
    ...(exported !== undefined && { exported }),
  };
};

export const streamMessage = (unpacker: Unpacker, stream: StreamRecord): Answer<'CreateStream'> => {
  const view = stream.deviceId === undefined ? undefined : unpacker.devices.view(stream.deviceId);
  const operation = unpacker.operations.ofStream(stream.name);
  const lease = liveLease(stream, unpacker.clock.now());
  const label = view?.contents.kind === 'image' ? view.contents : undefined;
  return {
    name: stream.name,
    state: stateOf(unpacker, stream, view, operation),
    deviceId: stream.deviceId ?? '',
    generation: Math.max(stream.generation, generationOf(view)),
    leaf: label?.leaf ?? '',
    manifestDigest: label?.manifestDigest ?? '',
    lease: lease === undefined ? null : leaseMessage(stream.name, lease),
    operation: operation === undefined ? null : operationMessage(stream.name, operation),
    lastError: stream.lastError ?? null,
  };
};

export const deviceMessage = (
  unpacker: Unpacker,
  deviceId: string,
): Omit<DeviceMessage, 'sizeBytes'> & { sizeBytes: number } => {
  const view = unpacker.devices.view(deviceId);
  return {
    id: deviceId,
    path: view?.device.path ?? '',
    sizeBytes: view?.device.sizeBytes ?? 0,
    stream: unpacker.streamNameOf(deviceId) ?? '',
    present: view !== undefined,
    kmsKeys: [...(unpacker.store.current.devices.get(deviceId)?.kmsKeys ?? [])],
  };
};

const stateOf = (
  unpacker: Unpacker,
  stream: StreamRecord,
  ...seen: [DeviceView | undefined, OperationRecord | undefined]
): StreamStateName =>
  unpacker.transferring.has(stream.name) ? 'TRANSFERRING' : streamState(stream, ...seen);

const generationOf = (view: DeviceView | undefined): number =>
  view !== undefined && 'generation' in view.contents ? view.contents.generation : 0;
