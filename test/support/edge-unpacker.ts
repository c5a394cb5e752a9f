import type { UnpackerClient, UnpackerOperatorClient, UnpackerStatus } from '@ami-publisher/core';

interface Device {
  readonly id: string;
  readonly sizeBytes: number;
  stream: string;
}

/**
 * Unpackers that say yes to everything, for tests of what comes after them: each stream has at most one volume, and what was unpacked last
 * is what is sealed. They are as real as a publisher can tell as long as nothing goes wrong.
 */
export const createEdgeUnpackers = () => {
  const machines = new Map<string, UnpackerClient>();
  return (instanceId: string): UnpackerClient => {
    const machine = machines.get(instanceId) ?? createUnpacker();
    machines.set(instanceId, machine);
    return machine;
  };
};

const notAsked = () => Promise.reject(new TypeError('no test asks this of an edge unpacker'));

const createUnpacker = (): UnpackerOperatorClient => {
  const devices: Device[] = [];
  const streams = new Set<string>();
  let held = { leaf: '', manifestDigest: '' };
  let generation = 0;
  let epoch = 0;
  const status = (): UnpackerStatus => ({
    version: '1',
    capabilities: [],
    streams: [...streams].map((name) => ({
      ...{ name, state: 'IDLE', generation, ...held, leasedTo: undefined },
      deviceId: devices.find(({ stream }) => stream === name)?.id ?? '',
    })),
    // Nor does it remember keys, so that EC2 is asked.
    devices: devices.map((device) => ({ ...device, present: true, kmsKeys: [] })),
    lastUsedAt: new Date(0),
  });
  const done = async (): Promise<void> => {};
  return {
    status: async () => status(),
    createStream: async (stream) => void streams.add(stream),
    acquireLease: async (stream, publication) => ({ stream, publication, epoch: ++epoch }),
    renewLease: done,
    releaseLease: done,
    drain: async () => [],
    whileAttaching: (_id, attach) => attach(),
    addDevice: async ({ id }, { stream }) => {
      for (const device of devices) if (device.stream === stream) device.stream = '';
      devices.push({ id, sizeBytes: 0, stream });
    },
    claimDevice: async (id) => void devices.push({ id, sizeBytes: 0, stream: '' }),
    associateStream: done,
    growDevice: done,
    removeDevice: async (id) =>
      void devices.splice(
        devices.findIndex((device) => device.id === id),
        1,
      ),
    prepareForUnpack: done,
    unpackImage: async (_operation, image) => {
      held = image;
      generation += 1;
      const none = { filesWritten: 0, filesRemoved: 0, metadataChanged: 0, bytesFetched: 0, bytesWritten: 0 };
      return { generation, ...none };
    },
    prepareForCapture: async () => ({ generation, ...held }),
    confirmCapture: done,
    ...{ cancelOperation: notAsked, exportImage: notAsked, forgetStream: notAsked, getRaw: notAsked },
    offerRaw: notAsked,
    prepareForCopy: notAsked,
    close: () => {},
  };
};
