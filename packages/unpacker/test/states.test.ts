import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LeaseRefMessage, UnpackerRpcClient } from '@ami-publisher/protocol';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { TestImageServer } from './fixture/image-server.js';
import { describeTree } from './fixture/trees.js';
import { leaseOn, stream, streamStatus, succeed, TestHost, volumeId } from './fixture/unpacker.js';

const images = new TestImageServer();
const trees = new TestHost();
const held = { leaf: '1', manifestDigest: '' };
const wanted = { leaf: '2', manifestDigest: '' };
let host: TestHost;
let client: UnpackerRpcClient;
let lease: LeaseRefMessage;

beforeAll(async () => {
  await images.start();
  for (const image of [held, wanted]) {
    const root = trees.path(image.leaf);
    mkdirSync(root);
    writeFileSync(join(root, 'release'), image.leaf);
    image.manifestDigest = (await images.add(stream, image.leaf, root)).manifestDigest;
  }
});
afterAll(async () => {
  await images.stop();
  await trees.dispose();
});
beforeEach(() => {
  host = new TestHost();
});
afterEach(() => host.dispose());

const add = async () => {
  host.attach();
  await client.addDevice({ deviceId: volumeId, lease });
};
const unpackHeld = async () => {
  await add();
  await succeed(client.unpackImage({ lease, operationId: 'given-unpack', ...held }));
};
const restart = async () => {
  await host.stop();
  client = await host.start({ imageServer: images.address });
};

/** How a stream gets into each state in which it can rest. */
const given = {
  NO_DEVICE: async () => {},
  BLANK: add,
  IDLE: async () => {
    await unpackHeld();
    await restart();
  },
  PREPARED: async () => {
    await unpackHeld();
    await restart();
    await succeed(client.prepareForUnpack({ lease, operationId: 'given-prepare' }));
  },
  UNPACKED: unpackHeld,
  SEALED: async () => {
    await unpackHeld();
    await succeed(client.prepareForCapture({ lease, operationId: 'given-capture' }));
  },
  NEEDS_SCAN: async () => {
    await unpackHeld();
    const record = { phase: 'updating', stream, generation: 2 };
    writeFileSync(join(host.volume(), 'volume.json'), JSON.stringify(record));
    await restart();
  },
  DEVICE_MISSING: async () => {
    await unpackHeld();
    host.detach();
    await restart();
  },
} as const;
type State = keyof typeof given;
const states = Object.keys(given) as State[];

const calls = {
  PrepareForUnpack: () => succeed(client.prepareForUnpack({ lease, operationId: 'then' })),
  UnpackImage: () => succeed(client.unpackImage({ lease, operationId: 'then', ...wanted })),
  PrepareForCapture: () => succeed(client.prepareForCapture({ lease, operationId: 'then' })),
  ConfirmCapture: () => client.confirmCapture({ lease, generation: 1 }),
  AssociateStream: () => client.associateStream({ deviceId: volumeId, lease }),
  GrowDevice: () => client.growDevice({ deviceId: volumeId, sizeBytes: 1024, lease }),
  RemoveDevice: () => client.removeDevice({ deviceId: volumeId, lease }),
  ForgetStream: () => client.forgetStream({ stream, lease }),
} as const;

/** For each call and state: the state that it leads to, or the code of the refusal, which leaves the state as it was. */
const outcomes: Record<keyof typeof calls, Record<State, string>> = {
  PrepareForUnpack: {
    NO_DEVICE: 'DEVICE_NOT_FOUND',
    BLANK: 'BLANK',
    IDLE: 'PREPARED',
    PREPARED: 'PREPARED',
    UNPACKED: 'UNPACKED',
    SEALED: 'PREPARED',
    NEEDS_SCAN: 'PREPARED',
    DEVICE_MISSING: 'DEVICE_NOT_FOUND',
  },
  UnpackImage: {
    NO_DEVICE: 'DEVICE_NOT_FOUND',
    BLANK: 'UNPACKED',
    IDLE: 'UNPACKED',
    PREPARED: 'UNPACKED',
    UNPACKED: 'UNPACKED',
    SEALED: 'UNPACKED',
    NEEDS_SCAN: 'UNPACKED',
    DEVICE_MISSING: 'DEVICE_NOT_FOUND',
  },
  PrepareForCapture: {
    NO_DEVICE: 'DEVICE_NOT_FOUND',
    BLANK: 'NOT_SEALABLE',
    IDLE: 'SEALED',
    PREPARED: 'SEALED',
    UNPACKED: 'SEALED',
    SEALED: 'SEALED',
    NEEDS_SCAN: 'NOT_SEALABLE',
    DEVICE_MISSING: 'DEVICE_NOT_FOUND',
  },
  ConfirmCapture: {
    NO_DEVICE: 'DEVICE_NOT_FOUND',
    BLANK: 'CAPTURE_NOT_CONFIRMED',
    IDLE: 'CAPTURE_NOT_CONFIRMED',
    PREPARED: 'CAPTURE_NOT_CONFIRMED',
    UNPACKED: 'CAPTURE_NOT_CONFIRMED',
    SEALED: 'SEALED',
    NEEDS_SCAN: 'CAPTURE_NOT_CONFIRMED',
    DEVICE_MISSING: 'DEVICE_NOT_FOUND',
  },
  AssociateStream: {
    NO_DEVICE: 'DEVICE_NOT_FOUND',
    BLANK: 'BLANK',
    IDLE: 'IDLE',
    PREPARED: 'PREPARED',
    UNPACKED: 'UNPACKED',
    SEALED: 'SEALED',
    NEEDS_SCAN: 'NEEDS_SCAN',
    DEVICE_MISSING: 'DEVICE_MISSING',
  },
  GrowDevice: {
    NO_DEVICE: 'DEVICE_NOT_FOUND',
    BLANK: 'BLANK',
    IDLE: 'IDLE',
    PREPARED: 'PREPARED',
    UNPACKED: 'UNPACKED',
    SEALED: 'IDLE',
    NEEDS_SCAN: 'NEEDS_SCAN',
    DEVICE_MISSING: 'DEVICE_NOT_FOUND',
  },
  RemoveDevice: {
    NO_DEVICE: 'DEVICE_NOT_FOUND',
    BLANK: 'NO_DEVICE',
    IDLE: 'NO_DEVICE',
    PREPARED: 'NO_DEVICE',
    UNPACKED: 'NO_DEVICE',
    SEALED: 'NO_DEVICE',
    NEEDS_SCAN: 'NO_DEVICE',
    DEVICE_MISSING: 'NO_DEVICE',
  },
  ForgetStream: {
    NO_DEVICE: 'gone',
    BLANK: 'gone',
    IDLE: 'gone',
    PREPARED: 'gone',
    UNPACKED: 'gone',
    SEALED: 'gone',
    NEEDS_SCAN: 'gone',
    DEVICE_MISSING: 'DEVICE_NOT_FOUND',
  },
};

const isRefusal = (outcome: string): boolean => /NOT_FOUND|NOT_SEALABLE|NOT_CONFIRMED/.test(outcome);

describe.each(states)('a stream that is %s', (state) => {
  it.each(Object.keys(calls) as (keyof typeof calls)[])('[U3] answers %s as the table says', async (call) => {
    client = await host.start({ imageServer: images.address });
    lease = await leaseOn(client);
    await given[state]();
    expect((await streamStatus(client))?.state).toBe(state);

    const outcome = outcomes[call][state];
    const answered = await calls[call]().then(
      () => 'done',
      (error) => error.code ?? error.cause.code,
    );

    expect(answered).toBe(isRefusal(outcome) ? outcome : 'done');
    const after = (await streamStatus(client))?.state ?? 'gone';
    expect(after).toBe(isRefusal(outcome) ? state : outcome);
    if (call === 'UnpackImage' && after === 'UNPACKED') {
      expect(describeTree(host.tree())).toEqual(describeTree(trees.path('2')));
    }
  });
});
