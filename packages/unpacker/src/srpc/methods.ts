import { answering, type ServerCall, type SrpcMethod } from '@ami-publisher/srpc';
import type { UnpackerCalls } from '../service/messages.js';
import type { Unpacker } from '../unpacker.js';
import { deviceMethods } from './device-methods.js';
import { errorText } from './error-text.js';
import { srpcStatus } from './status.js';
import { streamMethods } from './stream-methods.js';
import { contextOf, StreamWork } from './stream-work.js';
import { watchLog } from './watch-log.js';

/** How long a caller may take to attach the volume that it has announced. */
const attachTimeoutMs = 10 * 60_000;
/** How long the volume may take to show up after that. */
const arrivalTimeoutMs = 60_000;

/**
 * What an unpacker answers over SRPC: the methods of the Go daemon but for the bytes of GetRaw, of which its clients lose the beginning when they use
 * JSON.
 */
export const srpcMethods = (
  unpacker: Unpacker,
  calls: UnpackerCalls,
  shutDown: AbortSignal,
): Readonly<Record<string, SrpcMethod>> => {
  const work = new StreamWork(calls);
  return {
    'ImageUnpacker.GetStatus': answering('granted', () => srpcStatus(unpacker)),
    'ImageUnpacker.GetRaw': { access: 'granted', talk: refuseRaw },
    'ImageUnpacker.AddDevice': {
      access: 'granted',
      requestTimeoutMs: attachTimeoutMs,
      talk: (call) => addDevice(unpacker, calls, call),
    },
    ...deviceMethods(calls, work),
    ...streamMethods(unpacker, calls, work),
    'Logger.Watch': { access: 'granted', talk: watchLog(unpacker, shutDown) },
  };
};

/** The caller attaches the volume between the two lines that it hears; here it is told by its own identity, so that none are compared. */
const addDevice = async (unpacker: Unpacker, calls: UnpackerCalls, call: ServerCall): Promise<void> => {
  await call.sendStatus('');
  const deviceId = await call.line();
  const added = async (): Promise<string> => {
    await unpacker.devices.arrival(deviceId, { timeoutMs: arrivalTimeoutMs, signal: call.signal });
    await calls.ClaimDevice({ deviceId, path: '', force: false }, contextOf(call));
    return '';
  };
  await call.sendStatus(await added().catch(errorText));
};

const refuseRaw = async (call: ServerCall): Promise<void> => {
  await call.value();
  await call.sendValue({ Error: 'read the volume over gRPC: ami-publisher unpacker get-raw', Size: 0 });
};
