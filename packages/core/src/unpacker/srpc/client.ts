import { createHash } from 'node:crypto';
import { AmiPublisherError, type Clock, type Logger } from '@ami-publisher/base';
import { daemonKinds, SrpcClient, type SrpcClientTls, SrpcUnpacker } from '@ami-publisher/srpc';
import type { Ec2Api } from '../../cloud/ec2-api.js';
import type { CallOptions, LeaseRef, RawRange, UnpackerOperatorClient } from '../unpacker-client.js';
import { isWorking, statusOf } from './status.js';
import { StreamLock } from './stream-lock.js';
import { type ImageLookUp, StreamWork } from './stream-work.js';

/** After EC2 says that a volume is attached: until the kernel of the instance shows it, which the daemon looks for once, ms. */
const appearanceMs = 2_000;

/** What a client of a Go unpacker needs. */
export interface SrpcUnpackerClientOptions {
  /** `host:port` or `unix:/path`. */
  readonly address: string;
  /** What messages call it. @default the address */
  readonly name?: string | undefined;
  readonly tls: SrpcClientTls | 'plain-text';
  /** The unpacker's instance, whose tags are the leases. */
  readonly instanceId: string;
  readonly ec2: () => Promise<Ec2Api>;
  /** Says which image is meant by a name. */
  readonly images: ImageLookUp;
  /** Whether what was unpacked is read and compared with the image before it can be captured. @default false */
  readonly readBack?: boolean | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** An unpacker of Go over SRPC. What it lacks is made up for as far as a client can; docs/existing-estates.md has what cannot. */
export const createSrpcUnpackerClient = (options: SrpcUnpackerClientOptions): UnpackerOperatorClient => {
  const { address, clock, name, tls } = options;
  const calls = new SrpcClient(daemonKinds.unpacker, { address, name, tls, clock });
  const unpacker = new SrpcUnpacker(calls);
  const peer = name ?? address;
  const lock = new StreamLock(options);
  const work = new StreamWork({ ...options, unpacker, peer, lock });
  const lacking = (call: string, remedy: string) => () => Promise.reject(lacks(peer, call, remedy));
  return {
    ...leaseCalls(unpacker, lock),
    ...deviceCalls(unpacker, lock, options),
    status: async (call) => statusOf(await unpacker.status(call), clock.now()),
    // The daemon makes a stream when it gets a volume; to make it before would take any free one.
    createStream: async () => {},
    growDevice: lacking('GrowDevice', 'have the stream get a larger volume by publishing'),
    prepareForUnpack: async (_id, lease, { full = false, ...call } = {}) => {
      await lock.check(lease, call);
      await work.prepare(lease.stream, !full, call);
    },
    unpackImage: (_id, image, lease, call = {}) => work.unpack(image, lease, call),
    prepareForCapture: (_id, lease, call = {}) => work.capture(lease, call),
    confirmCapture: (generation, lease, call = {}) => work.confirm(generation, lease, call),
    prepareForCopy: async (_id, lease, call = {}) => {
      await lock.check(lease, call);
      await unpacker.prepareForCopy(lease.stream, call);
    },
    getRaw: async (range, take, lease, call = {}) => {
      refuseParts(range, peer);
      await lock.check(lease, call);
      const hash = createHash('sha512');
      let offset = 0;
      await unpacker.getRaw(
        lease.stream,
        async (data) => {
          hash.update(data);
          await take({ offset, data });
          offset += data.length;
        },
        call,
      );
      return { offset, sha512: hash.digest('hex') };
    },
    forgetStream: async (stream, authority, call = {}) => {
      if (authority !== 'force') await lock.check(authority, call);
      await unpacker.forgetStream(stream, call);
    },
    offerRaw: lacking('OfferRaw', 'use an unpacker that speaks gRPC'),
    exportImage: lacking('ExportImage', 'use unpacker-tool export-image, or an unpacker that speaks gRPC'),
    cancelOperation: lacking('CancelOperation', 'wait until it ends, or restart the unpacker'),
    close: () => calls.close(),
  };
};

type LeaseCalls = 'acquireLease' | 'renewLease' | 'releaseLease' | 'drain';

const leaseCalls = (unpacker: SrpcUnpacker, lock: StreamLock): Pick<UnpackerOperatorClient, LeaseCalls> => ({
  acquireLease: (stream, publication, _holder, call) => lock.acquire(stream, publication, call),
  renewLease: (lease, call) => lock.renew(lease, call),
  releaseLease: (lease, call) => lock.release(lease, call),
  // It cannot be told to take no work; what it works on can be told.
  drain: async (_durationMs, call) =>
    Object.entries((await unpacker.status(call)).streams).flatMap(([stream, { status }]) =>
      isWorking(status) ? [stream] : [],
    ),
});

type DeviceCalls = 'whileAttaching' | 'addDevice' | 'associateStream' | 'claimDevice' | 'removeDevice';

const deviceCalls = (
  unpacker: SrpcUnpacker,
  lock: StreamLock,
  { address, clock, name }: SrpcUnpackerClientOptions,
): Pick<UnpackerOperatorClient, DeviceCalls> => {
  const knows = async (deviceId: string, call: CallOptions): Promise<boolean> =>
    Object.hasOwn((await unpacker.status(call)).devices, deviceId);
  const associate = async ({ id }: { readonly id: string }, lease: LeaseRef, call: CallOptions = {}) => {
    await lock.check(lease, call);
    await unpacker.associateStream(lease.stream, id, call);
  };
  return {
    whileAttaching: async (deviceId, attach, call = {}) => {
      if (await knows(deviceId, call)) return attach();
      let attached: Awaited<ReturnType<typeof attach>> | undefined;
      const attachAndWait = async (): Promise<void> => {
        attached = await attach();
        await clock.sleep(appearanceMs, call.signal);
      };
      await unpacker.addDevice(deviceId, attachAndWait, call);
      return attached as Awaited<ReturnType<typeof attach>>;
    },
    addDevice: async (device, lease, call = {}) => {
      if (!(await knows(device.id, call))) throw unannounced(device.id, name ?? address);
      await associate(device, lease, call);
    },
    associateStream: associate,
    claimDevice: () =>
      Promise.reject(
        lacks(name ?? address, 'ClaimDevice', 'use unpacker-tool claim-device with the name of the kernel'),
      ),
    removeDevice: async (deviceId, authority, call = {}) => {
      if (typeof authority === 'object') await lock.check(authority, call);
      await unpacker.removeDevice(deviceId, call);
    },
  };
};

/** @throws `PROTOCOL_UNSUPPORTED` unless it is the whole volume. */
const refuseParts = ({ length = 0, offset = 0 }: RawRange, peer: string): void => {
  if (length !== 0 || offset !== 0)
    throw lacks(peer, 'GetRaw of a part', 'read the whole volume, without offset and length');
};

const lacks = (peer: string, call: string, remedy: string): AmiPublisherError =>
  new AmiPublisherError('PROTOCOL_UNSUPPORTED', {
    message: `unpacker:${call} at ${peer}: unpackers that speak SRPC do not have it`,
    call: `unpacker:${call}`,
    resource: peer,
    remedy,
  });

const unannounced = (deviceId: string, peer: string): AmiPublisherError =>
  new AmiPublisherError('DEVICE_NOT_FOUND', {
    message: `unpacker:AddDevice at ${peer}: volume ${deviceId} was attached before the unpacker was told to look for it`,
    call: 'unpacker:AddDevice',
    resource: deviceId,
    remedy: 'detach it and try again, or use unpacker-tool claim-device',
  });
