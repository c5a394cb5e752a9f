import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createUnpackerClient } from '@ami-publisher/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Daemon } from './fixture/daemon.js';
import { TestImageServer } from './fixture/image-server.js';
import { describeTree } from './fixture/trees.js';
import { follow, leaseOn, stream, streamStatus, succeed, TestHost, volumeId } from './fixture/unpacker.js';

let host: TestHost;
let daemons: Daemon[];

beforeEach(() => {
  host = new TestHost();
  daemons = [];
});
afterEach(async () => {
  await Promise.all(daemons.map((daemon) => daemon.kill()));
  await host.dispose();
});

const launch = (...flags: string[]): Daemon => {
  const daemon = new Daemon(...flags);
  daemons.push(daemon);
  return daemon;
};
const flagsFor = (imageServer: string): string[] => [
  '--insecure',
  ...['--listen', '127.0.0.1:0', '--image-server', imageServer, '--image-wait', '0'],
  ...['--state-dir', host.stateDirectory, '--devices-dir', host.devicesDirectory],
];
const nowhere = '127.0.0.1:1';

describe('the daemon', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)('[U66] ends cleanly on %s', async (signal) => {
    const daemon = launch(...flagsFor(nowhere));
    const client = createUnpackerClient({ address: await daemon.listening() });
    expect((await client.getStatus({})).version).toMatch(/^\d+\.\d+\.\d+$/);
    await client.createStream({ stream });
    client.close();
    daemon.process.kill(signal);
    const { code, stderr } = await daemon.end();
    expect(code).toBe(0);
    const lines = stderr
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.map(({ msg }) => msg)).toEqual(['listening', 'call', 'stopping']);
    expect(lines[1]).toMatchObject({ service: 'image-unpacker', method: 'CreateStream', caller: 'local' });
  });

  it('ends with its standard input when told to', async () => {
    const daemon = launch(...flagsFor(nowhere), '--exit-with-stdin');
    await daemon.listening();
    daemon.process.stdin?.end();
    expect((await daemon.end()).code).toBe(0);
  });

  it('refuses a state directory that another daemon works on', async () => {
    const first = launch(...flagsFor(nowhere));
    await first.listening();
    const { code, stderr } = await launch(...flagsFor(nowhere)).end();
    expect(code).toBe(1);
    expect(stderr).toContain(`${host.stateDirectory} is in use by process ${first.process.pid}`);
    await first.kill();
    await launch(...flagsFor(nowhere)).listening();
  });

  it('teaches its use', async () => {
    const { code, stdout } = await launch('--help').end();
    expect(code).toBe(0);
    expect(stdout).toMatch(/Usage: image-unpacker/);
    expect(stdout).toMatch(/nvme-Amazon_Elastic_Block_Store_vol0123456789abcdef0/);
  });

  it.each([
    [['--image-server', nowhere], /expected `--ca`, `--cert` and `--key`, or `--insecure`/],
    [['--image-server', nowhere, '--insecure', '--ca', 'x'], /got both/],
    [
      ['--image-server', nowhere, '--insecure', '--listen', 'here'],
      /expected `--listen` to be HOST:PORT, got "here"/,
    ],
    [
      ['--image-server', nowhere, '--insecure', '--image-wait', 'x'],
      /expected `--image-wait` to be a whole number/,
    ],
    [['--image-server', 'nobody', '--insecure'], /expected `--image-server` to be HOST:PORT, got "nobody"/],
    [['--insecure'], /expected `--image-server`, `IMAGE_UNPACKER_IMAGE_SERVER` or `imageServer` in the conf/],
    [
      ['--image-server', nowhere, '--insecure', '--listen', '0.0.0.0:0'],
      /refusing to listen in plain text on 0.0.0.0/,
    ],
  ])('refuses %j', async (flags, message) => {
    const state = ['--state-dir', host.stateDirectory];
    const { code, stdout, stderr } = await launch(...state, ...flags).end();
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toMatch(message);
  });

  it('takes its settings from a file, and flags before that', async () => {
    const file = host.path('unpacker.yaml');
    const { stateDirectory, devicesDirectory } = host;
    const settings = {
      stateDirectory,
      devicesDirectory,
      imageServer: nowhere,
      insecure: true,
      listen: 'x:1',
    };
    writeFileSync(
      file,
      JSON.stringify({ ...settings, streams: { [stream]: { boot: { timeoutSeconds: 3 } } } }),
    );
    const checked = await launch('config', 'check', file).end();
    expect(checked).toMatchObject({ code: 0, stdout: `${file}: no faults\n` });
    await launch('--config', file, '--listen', '127.0.0.1:0').listening();
  });

  it('says where in a configuration file the fault is', async () => {
    const file = host.path('unpacker.yaml');
    writeFileSync(file, 'imageServer: a:1\nboot:\n  timeout: 3\n');
    for (const flags of [
      ['config', 'check', file],
      ['--config', file],
    ]) {
      const { code, stdout, stderr } = await launch(...flags).end();
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      expect(stderr).toContain(`${file}:3:3: there is no setting \`boot.timeout\``);
    }
  });

  it('names a certificate file that is not there', async () => {
    const files = ['--ca', '/nowhere/CA.pem', '--cert', '/nowhere/c', '--key', '/nowhere/k'];
    const { code, stderr } = await launch(
      '--state-dir',
      host.stateDirectory,
      '--image-server',
      nowhere,
      ...files,
    ).end();
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /cannot read \/nowhere\/CA.pem; create certificates with `ami-publisher certs create`/,
    );
  });
});

describe('a daemon that is killed in the middle of an update', () => {
  const images = new TestImageServer();
  const release = async (leaf: string) => {
    const root = host.path(leaf);
    mkdirSync(root);
    for (let i = 0; i < 1_000; i++) writeFileSync(join(root, `file-${i}`), `${leaf} ${i}`);
    return { leaf, manifestDigest: (await images.add(stream, leaf, root)).manifestDigest };
  };
  const phase = (): string => JSON.parse(readFileSync(join(host.volume(), 'volume.json'), 'utf8')).phase;

  beforeEach(() => images.start());
  afterEach(() => images.stop());

  it('[U47] leaves a volume that cannot be sealed, and that the next unpack puts right', async () => {
    const first = await release('1');
    const second = await release('2');
    host.attach();
    const killed = launch(...flagsFor(images.address));
    const before = createUnpackerClient({ address: await killed.listening() });
    const lease = await leaseOn(before);
    await before.addDevice({ deviceId: volumeId, lease });
    await succeed(before.unpackImage({ lease, operationId: 'u1', ...first }));
    await succeed(before.prepareForCapture({ lease, operationId: 'c1' }));

    const running = follow(before.unpackImage({ lease, operationId: 'u2', ...second }));
    while (phase() !== 'updating') await new Promise((resolve) => setTimeout(resolve, 1));
    await killed.kill();
    expect((await running).error).toMatchObject({ code: 'UNPACKER_UNREACHABLE' });
    before.close();
    expect(phase()).toBe('updating');

    const after = createUnpackerClient({ address: await launch(...flagsFor(images.address)).listening() });
    expect(await streamStatus(after)).toMatchObject({ state: 'NEEDS_SCAN', leaf: '', generation: '3' });
    expect(await after.getOperation({ operationId: 'u2' })).toMatchObject({
      state: 'FAILED',
      error: { code: 'UNPACKER_FAILED', message: /was cut short when the unpacker stopped/ },
    });
    const { error } = await follow(after.prepareForCapture({ lease, operationId: 'c2' }));
    expect(error).toMatchObject({ code: 'NOT_SEALABLE', message: /an update that was cut short/ });
    await succeed(after.prepareForUnpack({ lease, operationId: 'p2' }));
    const { error: still } = await follow(after.prepareForCapture({ lease, operationId: 'c2' }));
    expect(still).toMatchObject({ code: 'NOT_SEALABLE' });

    const { unpacked } = await succeed(after.unpackImage({ lease, operationId: 'u2', ...second }));
    expect(unpacked).toMatchObject({ leaf: '2', generation: '4' });
    expect(describeTree(host.tree())).toEqual(describeTree(host.path('2')));
    await succeed(after.prepareForCapture({ lease, operationId: 'c2' }));
    after.close();
  });
});
