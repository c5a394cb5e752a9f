import { AmiPublisherError } from '@ami-publisher/base';
import type { LeaseRef, StreamDevice } from '@ami-publisher/core';
import type { VolumeContent } from '../model-front/model-storage.js';
import type { ModelUnpacker, UnpackerProcess } from './model-unpacker.js';
import { checkLease, type StreamRecord } from './stream-record.js';
import { generationOf } from './volume-work.js';

const arrivalMs = 60_000;
const arrivalIntervalMs = 200;
const growthMs = 60_000;
const growthIntervalMs = 500;

/** Waits for a volume to be attached, and gives it to the stream of the lease. @throws `DEVICE_NOT_FOUND`, `DEVICE_IN_USE` */
export const addDevice = async (
  unpacker: ModelUnpacker,
  process: UnpackerProcess,
  { id: deviceId, kmsKeys }: StreamDevice,
  lease: LeaseRef,
): Promise<void> => {
  const { attached, clock } = unpacker.parts;
  checkLease(unpacker.stream(lease.stream), lease, clock.now());
  refuseOfOther(unpacker, deviceId, lease.stream);
  const deadline = clock.now() + arrivalMs;
  while (!attached.has(deviceId)) {
    if (clock.now() >= deadline) throw notFound(deviceId, `did not show up within ${arrivalMs} ms`);
    await clock.sleep(arrivalIntervalMs, process.ended.signal);
  }
  await unpacker.underLease(process, lease, async (stream) => {
    if (stream.deviceId !== deviceId) bind(unpacker, process, stream, { id: deviceId, kmsKeys });
  });
};

/** Gives a volume that no stream has to the stream of the lease; what is on it goes. */
export const associateStream = async (
  unpacker: ModelUnpacker,
  process: UnpackerProcess,
  { id: deviceId, kmsKeys }: StreamDevice,
  lease: LeaseRef,
): Promise<void> => {
  refuseUnrecorded(unpacker, deviceId);
  await unpacker.underLease(process, lease, async (stream) => {
    if (stream.deviceId === deviceId) return;
    if (!isOwn(process.work.content(deviceId), stream)) process.work.wipe(deviceId);
    bind(unpacker, process, stream, { id: deviceId, kmsKeys });
  });
};

/** Waits until a volume has grown, and opens it. @throws `TIMED_OUT` */
export const growDevice = async (
  unpacker: ModelUnpacker,
  process: UnpackerProcess,
  deviceId: string,
  sizeBytes: number,
  lease: LeaseRef,
): Promise<void> => {
  refuseUnrecorded(unpacker, deviceId);
  const { clock, storage } = unpacker.parts;
  await unpacker.underLease(process, lease, async (stream) => {
    refuseOfOther(unpacker, deviceId, stream.name);
    const deadline = clock.now() + growthMs;
    while (storage.sizeBytes(deviceId) < sizeBytes) {
      if (clock.now() >= deadline) throw notGrown(deviceId, storage.sizeBytes(deviceId), sizeBytes);
      await clock.sleep(growthIntervalMs, process.ended.signal);
    }
    if (stream.deviceId === deviceId) process.work.unseal(stream, deviceId);
  });
};

/** Lets go of a volume; what is on it stays. */
export const removeDevice = async (
  unpacker: ModelUnpacker,
  process: UnpackerProcess,
  deviceId: string,
  lease: LeaseRef,
): Promise<void> => {
  refuseUnrecorded(unpacker, deviceId);
  await unpacker.underLease(process, lease, async (stream) => {
    refuseOfOther(unpacker, deviceId, stream.name);
    unpacker.devices.delete(deviceId);
    if (stream.deviceId === deviceId) stream.deviceId = undefined;
  });
};

const bind = (
  unpacker: ModelUnpacker,
  { work }: UnpackerProcess,
  stream: StreamRecord,
  { id: deviceId, kmsKeys }: StreamDevice,
): void => {
  refuseOfOther(unpacker, deviceId, stream.name);
  const content = work.content(deviceId);
  if (!isOwn(content, stream)) throw inUse(deviceId, 'holds data of another stream');
  unpacker.devices.set(deviceId, kmsKeys);
  stream.deviceId = deviceId;
  stream.generation = Math.max(stream.generation, generationOf(content));
};

const isOwn = (content: VolumeContent, { name }: StreamRecord): boolean =>
  content.kind === 'blank' || content.stream === name;

const refuseOfOther = (unpacker: ModelUnpacker, deviceId: string, stream: string): void => {
  const owner = unpacker.streamOf(deviceId)?.name ?? stream;
  if (owner !== stream) throw inUse(deviceId, `belongs to stream ${owner}`);
};

const refuseUnrecorded = ({ devices }: ModelUnpacker, deviceId: string): void => {
  if (!devices.has(deviceId)) throw notFound(deviceId, 'is not known to this unpacker');
};

const inUse = (deviceId: string, why: string): AmiPublisherError =>
  new AmiPublisherError('DEVICE_IN_USE', {
    message: `volume ${deviceId} ${why}`,
    resource: deviceId,
    remedy: 'use another volume',
  });

const notFound = (deviceId: string, why: string): AmiPublisherError =>
  new AmiPublisherError('DEVICE_NOT_FOUND', {
    message: `volume ${deviceId} ${why}`,
    resource: deviceId,
    remedy: 'attach it, and add it with AddDevice',
  });

const notGrown = (deviceId: string, bytes: number, wanted: number): AmiPublisherError =>
  new AmiPublisherError('TIMED_OUT', {
    message: `volume ${deviceId} has ${bytes} bytes after ${growthMs} ms, not ${wanted}`,
    resource: deviceId,
    remedy: 'check that the volume is being modified, then try again',
  });
