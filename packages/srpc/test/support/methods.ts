import { answering, type SrpcMethod } from '../../src/index.js';

/** What servers of tests answer: enough of an unpacker to be asked something. */
export const methods: Readonly<Record<string, SrpcMethod>> = {
  'ImageUnpacker.GetStatus': answering('granted', () => ({
    Devices: null,
    ImageStreams: {},
    TimeSinceLastUsed: 1_000_000,
  })),
  'ImageUnpacker.RemoveDevice': answering('granted', (request) => {
    const { DeviceId } = request as { DeviceId: string };
    throw new Error(`unknown device ID: ${DeviceId}`);
  }),
  'ImageServer.CheckImage': answering('public', () => ({ ImageExists: true })),
};
