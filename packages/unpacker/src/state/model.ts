import * as z from 'zod';

/** RFC 3339, UTC. */
const instant = z.iso.datetime();
const count = z.int().nonnegative();
const name = z.string().min(1);

const leaseSchema = z.object({
  publication: name,
  holder: name,
  epoch: count,
  /** How long each renewal lasts, ms. */
  ttlMs: count,
  expiresAt: instant,
});
/** Who may change a stream, and until when. */
export type LeaseRecord = Readonly<z.infer<typeof leaseSchema>>;

const errorSchema = z.object({ code: name, message: z.string(), at: instant });

const unpackedSchema = z.object({
  leaf: name,
  manifestDigest: name,
  generation: count,
  filesWritten: count,
  filesRemoved: count,
  metadataChanged: count,
  bytesFetched: count,
  bytesWritten: count,
});
const capturedSchema = z.object({ leaf: name, manifestDigest: name, generation: count });
const exportedSchema = z.object({
  destination: name,
  bytes: count,
  sha512: name,
  leaf: name,
  manifestDigest: name,
  generation: count,
});
/** What UnpackImage did. */
export type UnpackRecord = Readonly<z.infer<typeof unpackedSchema>>;
/** What PrepareForCapture sealed. */
export type CaptureRecord = Readonly<z.infer<typeof capturedSchema>>;
/** What ExportImage wrote, and where. */
export type ExportRecord = Readonly<z.infer<typeof exportedSchema>>;

const operationSchema = z.object({
  id: name,
  /** The call, such as `UnpackImage`. */
  call: name,
  /** What the call asked for, beside the stream; the same id with another request is refused. */
  request: z.string(),
  state: z.enum(['RUNNING', 'SUCCEEDED', 'FAILED', 'CANCELLED']),
  phase: z.string(),
  filesDone: count,
  filesTotal: count,
  bytesDone: count,
  bytesTotal: count,
  startedAt: instant,
  finishedAt: instant.optional(),
  error: errorSchema.optional(),
  unpacked: unpackedSchema.optional(),
  captured: capturedSchema.optional(),
  exported: exportedSchema.optional(),
});
/** A long call: what it was, how far it is, what came of it. */
export type OperationRecord = Readonly<z.infer<typeof operationSchema>>;

const streamSchema = z.object({
  name,
  deviceId: name.optional(),
  /** The highest generation that any volume of the stream has had. */
  generation: count,
  /** The highest epoch that any lease on the stream has had. */
  epoch: count,
  lease: leaseSchema.optional(),
  /** The oldest first. */
  operations: z.array(operationSchema),
  lastError: errorSchema.optional(),
});
/** A stream as the daemon remembers it. What its volume holds is read from the volume. */
export type StreamRecord = Readonly<z.infer<typeof streamSchema>>;

const deviceSchema = z.object({
  id: name,
  /** The name asked for at the attachment. */
  hint: z.string().optional(),
  /** Names of the KMS key that encrypts it; left out = not known. */
  kmsKeys: z.array(name).optional(),
});
/** A device that this unpacker may use. */
export type DeviceRecord = Readonly<z.infer<typeof deviceSchema>>;

/** All that survives a restart. Never changed in place. */
export interface UnpackerState {
  readonly streams: ReadonlyMap<string, StreamRecord>;
  readonly devices: ReadonlyMap<string, DeviceRecord>;
}

export const emptyState: UnpackerState = { streams: new Map(), devices: new Map() };

/** How a state is written. Lists rather than objects, since a stream may be called `__proto__`. */
export const storedStateSchema = z.object({
  version: z.literal(1),
  streams: z.array(z.unknown()),
  devices: z.array(z.unknown()),
});

export const entrySchemas = { stream: streamSchema, device: deviceSchema } as const;

/** How many operations of each stream are remembered. */
export const rememberedOperations = 20;

/** The stream without a device, leases or history. */
export const newStream = (streamName: string): StreamRecord => ({
  name: streamName,
  generation: 0,
  epoch: 0,
  operations: [],
});

/** The stream that a device is bound to; undefined = the device is free. */
export const streamOfDevice = (state: UnpackerState, deviceId: string): StreamRecord | undefined => {
  for (const stream of state.streams.values()) if (stream.deviceId === deviceId) return stream;
  return undefined;
};

export const withStream = (state: UnpackerState, stream: StreamRecord): UnpackerState => ({
  ...state,
  streams: new Map(state.streams).set(stream.name, stream),
});

export const withoutStream = (state: UnpackerState, streamName: string): UnpackerState => {
  const streams = new Map(state.streams);
  streams.delete(streamName);
  return { ...state, streams };
};

export const withDevice = (state: UnpackerState, device: DeviceRecord): UnpackerState => ({
  ...state,
  devices: new Map(state.devices).set(device.id, device),
});

export const withoutDevice = (state: UnpackerState, deviceId: string): UnpackerState => {
  const devices = new Map(state.devices);
  devices.delete(deviceId);
  return { ...state, devices };
};

/** The stream with an operation added or brought up to date; the oldest ones beyond the limit are dropped. */
export const withOperation = (stream: StreamRecord, operation: OperationRecord): StreamRecord => {
  const others = stream.operations.filter((other) => other.id !== operation.id);
  return { ...stream, operations: [...others, operation].slice(-rememberedOperations) };
};
