import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LeaseRefMessage, UnpackerRpcClient } from '@ami-publisher/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type SentPiece, TestImageServer } from './fixture/image-server.js';
import { describeTree } from './fixture/trees.js';
import { follow, leaseOn, stream, streamStatus, succeed, TestHost, volumeId } from './fixture/unpacker.js';

const images = new TestImageServer();
let host: TestHost;
let client: UnpackerRpcClient;
let lease: LeaseRefMessage;
const contentBytes = 10_000;

const release = async (leaf: string, files: number, content = leaf) => {
  const root = host.path(leaf);
  mkdirSync(root);
  for (let i = 0; i < files; i++)
    writeFileSync(join(root, `${i}`), Buffer.alloc(contentBytes, `${content} ${i}`));
  const { manifestDigest } = await images.add(stream, leaf, root);
  return { leaf, manifestDigest };
};

/** Unpacks and seals the first release on a volume. */
const begin = async (mount?: (volume: string) => void) => {
  host.attach();
  mount?.(host.volume());
  client = await host.start({ imageServer: images.address });
  lease = await leaseOn(client);
  await client.addDevice({ deviceId: volumeId, lease });
  await succeed(client.unpackImage({ lease, operationId: 'first', ...(await release('1', 5)) }));
};

const expectTree = (leaf: string) => expect(describeTree(host.tree())).toEqual(describeTree(host.path(leaf)));

beforeEach(async () => {
  host = new TestHost();
  await images.start();
});
afterEach(async () => {
  images.spoil = undefined;
  images.releaseObjects();
  await host.stop();
  await images.stop();
  execFileSync('sh', ['-c', 'umount "$1" 2>/dev/null || true', 'sh', host.volume()]);
  await host.dispose();
});

describe('an image server that sends', () => {
  const other = Buffer.alloc(contentBytes, 'other');
  const faults: readonly (readonly [string, string, (piece: SentPiece) => Iterable<SentPiece>])[] = [
    [
      'a wrong byte',
      'OBJECT_CORRUPT',
      (piece) => [{ ...piece, data: Buffer.concat([Buffer.of(0), piece.data.subarray(1)]) }],
    ],
    ['the content of another object', 'OBJECT_CORRUPT', (piece) => [{ ...piece, data: other }]],
    ['another object', 'OBJECT_CORRUPT', (piece) => [{ ...piece, sha512: 'ab'.repeat(64) }]],
    ['too little', 'OBJECT_CORRUPT', (piece) => [{ ...piece, data: piece.data.subarray(1) }]],
    ['too much', 'OBJECT_CORRUPT', (piece) => [{ ...piece, data: Buffer.concat([piece.data, other]) }]],
    ['another size', 'OBJECT_CORRUPT', (piece) => [{ ...piece, size: piece.size + 1 }]],
    ['an empty piece and nothing more', 'OBJECT_CORRUPT', (piece) => [{ ...piece, data: Buffer.alloc(0) }]],
    ['nothing', 'OBJECT_MISSING', () => []],
  ];

  it.each(faults)('[U39] %s is found out, and the old image stays whole: %s', async (_what, code, spoil) => {
    await begin();
    const second = await release('2', 5);
    images.spoil = spoil;

    const { error } = await follow(client.unpackImage({ lease, operationId: 'second', ...second }));

    expect(error).toMatchObject({ code });
    expectTree('1');
    expect(await streamStatus(client)).toMatchObject({ leaf: '1', lastError: { code } });
    images.spoil = undefined;
    await succeed(client.unpackImage({ lease, operationId: 'second', ...second }));
    expectTree('2');
  });

  it('half an object and is cut off leaves the old image whole, and is gone on with', async () => {
    await begin();
    const second = await release('2', 5);
    const port = Number(images.address.split(':')[1]);
    images.spoil = async function* half(piece) {
      yield { ...piece, data: piece.data.subarray(0, 5_000) };
      await images.stop();
    };

    const { error } = await follow(client.unpackImage({ lease, operationId: 'second', ...second }));

    expect(error).toMatchObject({ code: 'IMAGE_SERVER_UNREACHABLE' });
    expectTree('1');
    images.spoil = undefined;
    await images.start(port);
    await succeed(client.unpackImage({ lease, operationId: 'second', ...second }));
    expectTree('2');
  });
});

/** A volume of a file system of its own takes root; without it the tests state just that. */
describe('a volume', () => {
  const onTmpfs = async (options: string, work: () => Promise<void>): Promise<void> => {
    const mount = (volume: string) => {
      execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', volume], { stdio: 'pipe' });
    };
    if (process.geteuid?.() !== 0) return expect(begin(mount)).rejects.toThrow('mount');
    await begin(mount);
    await work();
  };

  it('[U45] without enough inodes is refused an image before anything is changed', async () => {
    await onTmpfs('nr_inodes=60', async () => {
      const second = await release('2', 100);

      const { error } = await follow(client.unpackImage({ lease, operationId: 'second', ...second }));

      expect(error).toMatchObject({ code: 'NO_SPACE', message: expect.stringContaining('100 inodes') });
      expectTree('1');
      expect((await succeed(client.prepareForCapture({ lease, operationId: 'seal' }))).captured?.leaf).toBe(
        '1',
      );
    });
  });

  it.each(['prepareForUnpack', 'prepareForCapture'] as const)(
    '[U4] that cannot be written to fails %s alone, which succeeds when it can be',
    async (call) => {
      await onTmpfs('size=1m', async () => {
        if (call === 'prepareForUnpack')
          await succeed(client.prepareForCapture({ lease, operationId: 'seal' }));
        remount(host.volume(), 'ro');

        const { error } = await follow(client[call]({ lease, operationId: 'fails' }));

        expect(error).toMatchObject({ code: 'FILE_SYSTEM_FAILED' });
        expect(await streamStatus(client)).toMatchObject({ lastError: { code: 'FILE_SYSTEM_FAILED' } });
        remount(host.volume(), 'rw');
        await succeed(client[call]({ lease, operationId: 'succeeds' }));
        expect((await succeed(client.prepareForCapture({ lease, operationId: 'last' }))).captured?.leaf).toBe(
          '1',
        );
      });
    },
  );

  it('[U5] that is full fails its capture, and loses nothing by it that a scan and the next capture need', async () => {
    await onTmpfs('size=1m', async () => {
      fill(host.volume());

      const { error } = await follow(client.prepareForCapture({ lease, operationId: 'fails' }));

      expect(error).toMatchObject({ code: 'NO_SPACE' });
      rmSync(join(host.volume(), 'filler'));
      await succeed(client.prepareForUnpack({ lease, operationId: 'scan' }));
      expect((await succeed(client.prepareForCapture({ lease, operationId: 'last' }))).captured?.leaf).toBe(
        '1',
      );
    });
  });

  it.each([
    [
      'fills up',
      'NO_SPACE',
      (volume: string) => fill(volume),
      (volume: string) => rmSync(join(volume, 'filler')),
    ],
    [
      'becomes read-only',
      'FILE_SYSTEM_FAILED',
      (volume: string) => remount(volume, 'ro'),
      (volume: string) => remount(volume, 'rw'),
    ],
  ])(
    'that %s during an update gives %s, seals no mixture, and is put right when it can be',
    async (_what, code, spoil, mend) => {
      await onTmpfs('size=1m', async () => {
        const second = await release('2', 20);
        images.holdObjects();
        const running = follow(client.unpackImage({ lease, operationId: 'second', ...second }));
        await expect.poll(async () => (await streamStatus(client))?.state).toBe('FETCHING');

        spoil(host.volume());
        images.releaseObjects();

        expect((await running).error).toMatchObject({ code });
        mend(host.volume());
        expectTree('1');
        await succeed(client.unpackImage({ lease, operationId: 'second', ...second }));
        expectTree('2');
      });
    },
  );
});

const fill = (volume: string): void => {
  expect(() => writeFileSync(join(volume, 'filler'), Buffer.alloc(2_000_000))).toThrow('ENOSPC');
};

const remount = (volume: string, how: 'ro' | 'rw'): void => {
  execFileSync('mount', ['-o', `remount,${how}`, volume]);
};
