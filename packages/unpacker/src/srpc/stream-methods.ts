import { AmiPublisherError } from '@ami-publisher/base';
import type { ServerCall, SrpcMethod } from '@ami-publisher/srpc';
import { parseLeafName, parseStreamName } from '../names.js';
import type { UnpackerCalls } from '../service/messages.js';
import type { Unpacker } from '../unpacker.js';
import { telling } from './method.js';
import { requests } from './requests.js';
import type { StreamWork } from './stream-work.js';

/** The methods that work on the volume of a stream. */
export const streamMethods = (
  unpacker: Unpacker,
  calls: UnpackerCalls,
  work: StreamWork,
): Readonly<Record<string, SrpcMethod>> => ({
  'ImageUnpacker.PrepareForUnpack': telling(requests.prepare, async (request, call) => {
    const stream = await unpacker.store.createStream(parseStreamName(request.StreamName));
    if (stream.deviceId === undefined) await takeFreeDevice(unpacker, calls, work, stream.name, call);
    const { DoNotWaitForResult: doNotWait, SkipIfPrepared } = request;
    const start: typeof calls.PrepareForUnpack = (common, context) =>
      calls.PrepareForUnpack({ ...common, full: !SkipIfPrepared }, context);
    await work.operate(stream.name, call, start, { doNotWait });
  }),
  'ImageUnpacker.UnpackImage': telling(requests.unpack, async (request, call) => {
    const stream = parseStreamName(request.StreamName);
    const leaf = parseLeafName(request.ImageLeafName);
    const manifestDigest = await digestOf(unpacker, stream, leaf, call.signal);
    await work.operate(stream, call, (common, context) =>
      calls.UnpackImage({ ...common, leaf, manifestDigest }, context),
    );
  }),
  'ImageUnpacker.PrepareForCapture': telling(requests.stream, ({ StreamName }, call) =>
    work.operate(StreamName, call, calls.PrepareForCapture),
  ),
  'ImageUnpacker.PrepareForCopy': telling(requests.stream, ({ StreamName }, call) =>
    work.operate(StreamName, call, calls.PrepareForCopy),
  ),
  'ImageUnpacker.ExportImage': telling(requests.export, (request, call) => {
    const { Destination: destination, StreamName, Type: format } = request;
    return work.operate(StreamName, call, (common, context) =>
      calls.ExportImage({ ...common, format, destination }, context),
    );
  }),
  'ImageUnpacker.ForgetStream': telling(requests.stream, async ({ StreamName: stream }, call) => {
    await work.underLease(stream, call, (lease, context) =>
      calls.ForgetStream({ stream, lease, force: false }, context),
    );
  }),
});

/** The image is named by its leaf alone: it is the one that the image server has of the name now. */
const digestOf = async (
  unpacker: Unpacker,
  stream: string,
  leaf: string,
  signal: AbortSignal,
): Promise<string> => {
  const { source, close } = await unpacker.connectImageServer();
  try {
    return (await source.getImage(stream, leaf, { signal })).manifestDigest;
  } finally {
    close();
  }
};

/** Callers rely on a stream without a volume taking a free one; the smallest, so that large ones are left for large images. */
const takeFreeDevice = async (
  unpacker: Unpacker,
  calls: UnpackerCalls,
  work: StreamWork,
  stream: string,
  call: ServerCall,
): Promise<void> => {
  const sizeOf = (id: string): number => unpacker.devices.view(id)?.device.sizeBytes ?? 0;
  const [deviceId] = [...unpacker.store.current.devices.keys()]
    .filter((id) => unpacker.streamNameOf(id) === undefined && unpacker.devices.view(id) !== undefined)
    .sort((a, b) => sizeOf(a) - sizeOf(b));
  if (deviceId === undefined) throw noDevice(stream);
  await work.underLease(stream, call, (lease, context) =>
    calls.AssociateStream({ deviceId, kmsKeys: [], lease }, context),
  );
};

/** The text is that of the Go daemon: its publisher goes on when it reads it. */
const noDevice = (stream: string): AmiPublisherError =>
  new AmiPublisherError('DEVICE_NOT_FOUND', { message: 'no available device', resource: stream });
