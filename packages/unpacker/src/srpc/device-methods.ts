import type { SrpcMethod } from '@ami-publisher/srpc';
import { parseStreamName } from '../names.js';
import type { UnpackerCalls } from '../service/messages.js';
import { telling } from './method.js';
import { requests } from './requests.js';
import { contextOf, type StreamWork } from './stream-work.js';

/** The methods that give devices and take them away. */
export const deviceMethods = (
  calls: UnpackerCalls,
  work: StreamWork,
): Readonly<Record<string, SrpcMethod>> => ({
  'ImageUnpacker.AssociateStreamWithDevice': telling(requests.associate, async (request, call) => {
    const { DeviceId: deviceId } = request;
    const stream = parseStreamName(request.StreamName);
    await calls.CreateStream({ stream }, contextOf(call));
    await work.underLease(stream, call, (lease, context) =>
      calls.AssociateStream({ deviceId, kmsKeys: [], lease }, context),
    );
  }),
  'ImageUnpacker.ClaimDevice': telling(requests.claim, async ({ DeviceId: deviceId, DeviceName }, call) => {
    const path = DeviceName === '' ? '' : `/dev/${DeviceName.replace(/^\/dev\//, '')}`;
    await calls.ClaimDevice({ deviceId, path, force: false }, contextOf(call));
  }),
  'ImageUnpacker.RemoveDevice': telling(requests.device, async ({ DeviceId: deviceId }, call) => {
    await calls.RemoveDevice({ deviceId, lease: null, force: false }, contextOf(call));
  }),
});
