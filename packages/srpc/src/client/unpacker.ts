import { invalidOption } from '@ami-publisher/base';
import * as z from 'zod';
import type { Json } from '../wire/json.js';
import type { CallWire } from './call-wire.js';
import { ask, type CallOptions, type SrpcCalls } from './calls.js';
import { count, map } from './fields.js';
import { limits } from './limits.js';
import { parseReply } from './parse-reply.js';
import { Refusal } from './site.js';
import type { CallLimit } from './time-limit.js';

const maxLineBytes = 256 * 1024;

/** Where a stream is, in the order of the numbers on the wire. */
const statuses = [
  ...(['no device', 'not mounted', 'mounted', 'scanning', 'scanned', 'fetching', 'updating'] as const),
  ...(['preparing', 'exporting', 'no file-system', 'transferring'] as const),
] as const;

/** Where a stream of an unpacker of Go is. */
export type SrpcStreamStatus = (typeof statuses)[number];

const device = z
  .object({ DeviceName: z.string(), Size: count, StreamName: z.string() })
  .transform((value) => ({ name: value.DeviceName, sizeBytes: value.Size, stream: value.StreamName }));

const stream = z
  .object({
    DeviceId: z.string(),
    Status: z
      .int()
      .min(0)
      .max(statuses.length - 1),
  })
  .transform((value) => ({ deviceId: value.DeviceId, status: statuses[value.Status] as SrpcStreamStatus }));

const status = z
  .object({
    Devices: map(device),
    ImageStreams: map(stream),
    TimeSinceLastUsed: z.union([z.int(), z.bigint()]),
  })
  .transform((value) => ({
    devices: value.Devices,
    streams: value.ImageStreams,
    idleMs: Number(value.TimeSinceLastUsed) / 1_000_000,
  }));

/** What an unpacker has: devices by id, streams by name, and for how long nothing has been asked of it. */
export type SrpcUnpackerStatus = z.output<typeof status>;

/** The calls of an unpacker of Go. Names are checked before they are sent: some wedge the daemon. Every method rejects with an `AmiPublisherError`. */
export class SrpcUnpacker {
  constructor(readonly calls: SrpcCalls) {}

  status(options: CallOptions = {}): Promise<SrpcUnpackerStatus> {
    const decode = (value: Json) => parseReply(status, value);
    return ask(this.calls, 'ImageUnpacker.GetStatus', {}, { ...limits.lookUp, ...options, decode });
  }

  /** Makes the stream if there is none of the name. `skipIfPrepared` spares the scan of a volume that was scanned since its last unpacking. */
  prepareForUnpack(
    streamName: string,
    how: { readonly skipIfPrepared?: boolean | undefined; readonly doNotWait?: boolean | undefined } = {},
    options: CallOptions = {},
  ): Promise<void> {
    const { skipIfPrepared: SkipIfPrepared = false, doNotWait: DoNotWaitForResult = false } = how;
    const request = { StreamName: streamName, SkipIfPrepared, DoNotWaitForResult };
    return this.#tell('PrepareForUnpack', request, limits.scan, options);
  }

  /** The unpacker waits for ever for an image that does not exist: look whether it does before. */
  unpackImage(streamName: string, leaf: string, options: CallOptions = {}): Promise<void> {
    return this.#tell('UnpackImage', { StreamName: streamName, ImageLeafName: leaf }, limits.unpack, options);
  }

  /** Must not be called while the stream has no file-system or no device: the daemon dies of it. */
  prepareForCapture(streamName: string, options: CallOptions = {}): Promise<void> {
    return this.#tell('PrepareForCapture', { StreamName: streamName }, limits.scan, options);
  }

  prepareForCopy(streamName: string, options: CallOptions = {}): Promise<void> {
    return this.#tell('PrepareForCopy', { StreamName: streamName }, limits.change, options);
  }

  exportImage(
    streamName: string,
    where: { readonly type: string; readonly destination: string },
    options: CallOptions = {},
  ): Promise<void> {
    const request = { StreamName: streamName, Type: where.type, Destination: where.destination };
    return this.#tell('ExportImage', request, limits.unpack, options);
  }

  /** Makes the stream if there is none of the name. What the device holds is given up. */
  associateStream(streamName: string, deviceId: string, options: CallOptions = {}): Promise<void> {
    const request = { StreamName: streamName, DeviceId: deviceId };
    return this.#tell('AssociateStreamWithDevice', request, limits.change, options);
  }

  /** The name must not be used again before the daemon is restarted: it wedges. */
  forgetStream(streamName: string, options: CallOptions = {}): Promise<void> {
    return this.#tell('ForgetStream', { StreamName: streamName }, limits.change, options);
  }

  /** Partitions the device anew. @param deviceName the kernel's, such as `nvme1n1` */
  claimDevice(deviceId: string, deviceName: string, options: CallOptions = {}): Promise<void> {
    return this.#tell('ClaimDevice', { DeviceId: deviceId, DeviceName: deviceName }, limits.change, options);
  }

  removeDevice(deviceId: string, options: CallOptions = {}): Promise<void> {
    return this.#tell('RemoveDevice', { DeviceId: deviceId }, limits.change, options);
  }

  /**
   * Adds the one device that appears while `attach` runs, on a connection of its own. No other is added meanwhile, so `attach` must end. If it fails
   * the connection is closed, which is the only way to call the transaction off.
   *
   * @param attach attaches the volume, and resolves when the unpacker's kernel shows it.
   */
  addDevice(deviceId: string, attach: () => Promise<void>, options: CallOptions = {}): Promise<void> {
    const method = 'ImageUnpacker.AddDevice';
    checkTexts({ DeviceId: deviceId });
    const talk = async (wire: CallWire): Promise<void> => {
      await wire.begin(method);
      await wire.status();
      await attach();
      wire.sendLine(deviceId);
      await wire.status();
    };
    return this.calls.callApart({ ...limits.scan, ...options, method, talk });
  }

  /**
   * Reads the whole device of a stream, on a connection of its own. Nothing tells whether what came is what is there.
   *
   * @param take takes the bytes as they come; the next come when it has resolved.
   * @returns the size of the device, bytes
   */
  getRaw(
    streamName: string,
    take: (data: Buffer) => Promise<void> | void,
    options: CallOptions = {},
  ): Promise<number> {
    const method = 'ImageUnpacker.GetRaw';
    const request = checkTexts({ StreamName: streamName });
    const talk = async (wire: CallWire): Promise<number> => {
      await wire.begin(method);
      wire.sendValue(request);
      const { Error: text, Size } = parseReply(rawReply, await wire.value(maxLineBytes));
      if (text !== '') throw new Refusal(text);
      for await (const data of wire.bytes(Size)) await take(data);
      return Size;
    };
    return this.calls.callApart({ ...limits.transfer, ...options, method, talk });
  }

  /**
   * The lines that a stream logs, the only sign of how far its work is, on a connection of its own; until the signal aborts or the connection ends.
   *
   * @param options `onBegun` is called when lines can come
   */
  watchLog(
    streamName: string,
    onLine: (line: string) => void,
    options: CallOptions & { readonly onBegun?: (() => void) | undefined } = {},
  ): Promise<void> {
    const method = 'Logger.Watch';
    const talk = async (wire: CallWire): Promise<void> => {
      await wire.begin(method);
      wire.sendValue({ Name: streamName, DebugLevel: -1 });
      const { Error: text } = parseReply(watchReply, await wire.value(maxLineBytes));
      if (text !== '') throw new Refusal(text);
      options.onBegun?.();
      for await (const line of wire.lines(maxLineBytes)) onLine(line);
    };
    return this.calls.callApart({ ...limits.watch, ...options, method, talk });
  }

  #tell(
    name: string,
    request: Readonly<Record<string, unknown>>,
    limit: CallLimit,
    options: CallOptions,
  ): Promise<void> {
    const how = { ...limit, ...options, decode: () => undefined };
    return ask(this.calls, `ImageUnpacker.${name}`, checkTexts(request), how);
  }
}

const rawReply = z.object({ Error: z.string(), Size: count });
const watchReply = z.object({ Error: z.string() });

/** @throws `INVALID_OPTION` if a text is empty, which kills the daemon at every start from then on, or more than a line. */
const checkTexts = <T extends Readonly<Record<string, unknown>>>(request: T): T => {
  for (const [name, value] of Object.entries(request))
    if (typeof value === 'string' && !/^[^\r\n\0]+$/.test(value))
      throw invalidOption(name, 'one line of text that is not empty', value);
  return request;
};
