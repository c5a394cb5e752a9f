import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestImageServer } from '../../packages/unpacker/test/fixture/image-server.js';
import { RawHost, rawBytes } from '../../packages/unpacker/test/fixture/raw-host.js';
import {
  leaseOn,
  otherVolumeId,
  stream,
  streamStatus,
  volumeId,
} from '../../packages/unpacker/test/fixture/unpacker.js';
import { createWorld, type World } from '../support/world.js';

type Rows = readonly Readonly<Record<string, unknown>>[];

describe('an unpacker at an address', () => {
  const images = new TestImageServer();
  const host = new RawHost();
  let world: World;
  let client: Awaited<ReturnType<RawHost['startRaw']>>;
  let digest: string;
  const run = (...command: string[]) =>
    world.run('unpacker', ...command, '--unpacker', host.address, '--insecure');
  const rows = async (...command: string[]): Promise<Rows> => (await run(...command)).json<Rows>();

  beforeAll(async () => {
    world = await createWorld({ accounts: 1, regions: ['eu-west-1'] });
    await images.start();
    const root = host.path('tree');
    mkdirSync(root);
    writeFileSync(join(root, 'file'), 'content');
    digest = (await images.add(stream, '1', root)).manifestDigest;
    client = await host.startRaw({ imageServer: images.address });
    host.attach();
  });
  afterAll(async () => {
    await host.dispose();
    await images.stop();
    await world?.close();
  });

  it('gets a volume, for a stream that is created only when that is asked for', async () => {
    const mistyped = await run('add-device', 'base/mistyped', volumeId);
    expect(mistyped.code).toBe(1);
    expect(mistyped.stderr).toContain('STREAM_NOT_FOUND');
    expect(await rows('add-device', stream, volumeId, '--new-stream', '--kms-key', 'alias/images')).toEqual([
      { unpacker: host.address, stream, volumeId, done: 'added' },
    ]);
    expect(await rows('status')).toMatchObject([
      { stream, state: 'BLANK', volumeId, leaf: '', sizeBytes: rawBytes },
    ]);
  });

  it('unpacks, scans, captures and copies, under a lease for as long as each lasts', async () => {
    const unpacked = await rows('unpack', stream, '1', '--image-server', images.address);
    expect(unpacked).toMatchObject([
      { stream, leaf: '1', manifestDigest: digest, generation: 1, filesWritten: 1 },
    ]);
    expect(await rows('prepare', stream, '--full')).toMatchObject([{ stream }]);
    expect(await rows('copy', stream)).toMatchObject([{ stream }]);
    expect(await rows('capture', stream)).toMatchObject([
      { stream, leaf: '1', manifestDigest: digest, generation: 1 },
    ]);
    expect(await rows('status')).toMatchObject([{ state: 'SEALED' }]);
    await leaseOn(client, { publication: 'pub-1' });
    const refused = await run('capture', stream);
    expect(refused.stderr).toContain('LEASE_HELD');
    const { lease } = (await streamStatus(client)) ?? {};
    await client.releaseLease({ lease: { stream, publication: 'pub-1', epoch: lease?.epoch ?? '' } });
  });

  it('sends its volume into a sparse file, which appears when its digest is right', async () => {
    const file = join(world.directory, 'volume.raw');
    const [row] = await rows('get-raw', stream, file);
    const sha512 = createHash('sha512').update(host.raw()).digest('hex');
    expect(row).toMatchObject({ file, bytes: rawBytes, sha512 });
    expect(readFileSync(file).equals(host.raw())).toBe(true);
    expect(statSync(file).blocks * 512).toBeLessThan(rawBytes / 4);
    const part = join(world.directory, 'part.raw');
    await run('get-raw', stream, part, '--offset', '100001', '--length', '7');
    expect(readFileSync(part)).toEqual(host.raw().subarray(100_001, 100_008));
    expect((await run('get-raw', stream, part, '--offset', '-1')).code).toBe(2);
    const lost = await run('get-raw', stream, join(world.directory, 'nowhere/volume.raw'));
    expect(lost.stderr).toContain('FILE_SYSTEM_FAILED');
    expect(readdirSync(world.directory).filter((name) => name.includes('.raw'))).toEqual([
      'part.raw',
      'volume.raw',
    ]);
  });

  it('exports its volume', async () => {
    const [row] = await rows('export', stream, 'debian/1.raw');
    const file = join(host.exportDirectory, 'debian/1.raw');
    expect(row).toMatchObject({ stream, leaf: '1', destination: file, bytes: rawBytes });
    expect(readFileSync(file).equals(host.raw())).toBe(true);
    expect((await run('export', stream, '../1.raw')).code).toBe(2);
  });

  it('[W94] loses nothing without being told twice', async () => {
    const unasked = await run('forget-stream', stream);
    expect(unasked.code).toBe(2);
    expect(unasked.stderr).toContain('give --yes to do it, or --dry-run to see it');
    const dry = await rows('forget-stream', stream, '--dry-run');
    expect(dry.map(({ would }) => would)).toEqual([
      `wipe volume ${volumeId} (22.9 MiB), which holds leaf 1 at generation 1`,
      `forget stream ${stream}`,
    ]);
    expect(await rows('status')).toMatchObject([{ stream, leaf: '1' }]);
    expect(await rows('forget-stream', stream, '--yes')).toMatchObject([{ stream, done: 'forgotten' }]);
    expect(await rows('status')).toMatchObject([{ stream: '', state: 'FREE', volumeId }]);
  });

  it('claims, gives and removes volumes', async () => {
    host.attach(otherVolumeId);
    expect(await rows('claim-device', otherVolumeId)).toMatchObject([
      { volumeId: otherVolumeId, done: 'claimed' },
    ]);
    expect((await run('claim-device', otherVolumeId, '--force')).code).toBe(2);
    const given = await rows('associate', stream, otherVolumeId, '--new-stream', '--yes');
    expect(given).toMatchObject([{ stream, volumeId: otherVolumeId, done: 'associated' }]);
    const dry = await rows('remove-device', otherVolumeId, '--dry-run');
    expect(dry.map(({ would }) => would)).toEqual([
      `leave stream ${stream} without volume`,
      `let go of volume ${otherVolumeId} (22.9 MiB), which keeps what it holds`,
    ]);
    for (const id of [volumeId, otherVolumeId]) await rows('remove-device', id, '--yes');
    expect(await rows('status')).toMatchObject([{ stream, state: 'NO_DEVICE' }]);
    expect((await run('remove-device', volumeId, '--yes')).stderr).toContain('DEVICE_NOT_FOUND');
  });

  it('may be that of a target', async () => {
    const target = ['--target', 'development,eu-west-1'];
    await world.addImage('base/debian/1');
    expect((await world.run('publish', 'base/debian', '1')).code).toBe(0);
    const status = await world.run('unpacker', 'status', ...target, '--output', 'text');
    expect(status.stdout).toMatch(/^development,eu-west-1\tbase\/debian\t/);
    const raw = await world.run('unpacker', 'get-raw', 'base/debian', join(world.directory, 'x'), ...target);
    expect(raw.json<Rows>()[0]?.error).toContain('volumes of driver directory have no raw form');
    expect(raw.code).toBe(1);
    // Publishers may not; whoever has the certificates of both roles may.
    const forgotten = await world.run('unpacker', 'forget-stream', 'base/debian', '--yes', ...target);
    expect(forgotten.json<Rows>()).toMatchObject([{ stream: 'base/debian', done: 'forgotten' }]);
    const nowhere = await world.run('unpacker', 'status');
    expect(nowhere.code).toBe(2);
    expect(nowhere.stderr).toContain('give --target ACCOUNT,REGION, or --unpacker HOST:PORT');
  });
});
