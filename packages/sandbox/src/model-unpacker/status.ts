import type { StreamState, UnpackerStatus, UnpackerStream } from '@ami-publisher/core';
import type { ModelUnpacker, UnpackerProcess } from './model-unpacker.js';
import { liveLease, type StreamRecord } from './stream-record.js';

const whileRunning: Readonly<Record<string, StreamState>> = {
  scan: 'SCANNING',
  fetch: 'FETCHING',
  seal: 'SEALING',
};
const afterWork = { scanned: 'PREPARED', unpacked: 'UNPACKED' } as const;

const stateOf = (
  { deviceId, name }: StreamRecord,
  { parts }: ModelUnpacker,
  { operations, work }: UnpackerProcess,
): StreamState => {
  if (deviceId === undefined) return 'NO_DEVICE';
  if (!parts.attached.has(deviceId)) return 'DEVICE_MISSING';
  const running = whileRunning[operations.runningOn(name)?.progress.phase ?? ''];
  if (running !== undefined) return running;
  const content = work.content(deviceId);
  if (content.kind === 'blank') return 'BLANK';
  if (content.kind === 'image' && content.sealed) return 'SEALED';
  const readiness = work.readiness(deviceId);
  if (readiness !== undefined) return afterWork[readiness];
  return content.kind === 'partial' ? 'NEEDS_SCAN' : 'IDLE';
};

const streamView = (
  stream: StreamRecord,
  unpacker: ModelUnpacker,
  process: UnpackerProcess,
): UnpackerStream => {
  const content = process.work.content(stream.deviceId ?? '');
  return {
    name: stream.name,
    state: stateOf(stream, unpacker, process),
    deviceId: stream.deviceId ?? '',
    generation: stream.generation,
    leaf: content.kind === 'image' ? content.leaf : '',
    manifestDigest: content.kind === 'image' ? content.manifestDigest : '',
    leasedTo: liveLease(stream, unpacker.parts.clock.now())?.publication,
  };
};

/** What `GetStatus` answers. */
export const statusOf = (
  unpacker: ModelUnpacker,
  process: UnpackerProcess,
  lastUsedAt: number,
): UnpackerStatus => ({
  version: 'model',
  capabilities: ['driver:model', 'raw'],
  streams: [...unpacker.streams.values()].map((stream) => streamView(stream, unpacker, process)),
  devices: [...unpacker.devices].map(([id, kmsKeys]) => ({
    id,
    sizeBytes: unpacker.parts.storage.sizeBytes(id),
    stream: unpacker.streamOf(id)?.name ?? '',
    present: unpacker.parts.attached.has(id),
    kmsKeys,
  })),
  lastUsedAt: new Date(lastUsedAt),
});
