import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { copyFile, mkdir, realpath } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { silentLogger } from '@ami-publisher/base';
import { AwsCloud, MemoryJournalStore, Publisher, type Target, UnpackerFleet } from '@ami-publisher/core';
import { GrpcImageSink, GrpcImageSource, ingestDirectory } from '@ami-publisher/image';
import { createImageServerClient, readClientTls } from '@ami-publisher/protocol';
import { type SandboxCloud, type SandboxCloudOptions, startSandboxCloud } from '@ami-publisher/sandbox';
import { AwsClients } from '../../src/aws/aws-clients.js';
import { executorConfigurationSchema } from '../../src/configuration/products.js';
import type { ExecutorServices } from '../../src/executors/services.js';
import { fastClock } from './fast-clock.js';

const run = promisify(execFile);

export const stream = 'base/small';

/** A sandbox with an unpacker in each of two regions, and what executors work with. */
export interface ExecutorWorld {
  readonly sandbox: SandboxCloud;
  readonly accountName: string;
  readonly accountId: string;
  readonly directory: string;
  /** Services with a configuration for one product. */
  services(product?: object): ExecutorServices;
  /** Adds a release with a shell, some packages and these files. */
  addImage(leaf: string, files?: Readonly<Record<string, string>>): Promise<void>;
  /** Writes an object of S3. */
  putObject(bucket: string, key: string, body: string): Promise<void>;
  /** An AMI with an empty disk: its instances are this machine. */
  emptyAmi(target: Target): Promise<string>;
  close(): Promise<void>;
}

/** Whose role instances get, where they get one. */
export const instanceProfile = 'lifecycle';

export const createExecutorWorld = async (
  cloudOptions: Pick<SandboxCloudOptions, 'policies' | 'regions' | 'volumes'> = {},
): Promise<ExecutorWorld> => {
  const directory = mkdtempSync(join(tmpdir(), 'ami-publisher-executors-'));
  const sandbox = await startSandboxCloud({
    regions: 2,
    directory: join(directory, 'sandbox'),
    ...cloudOptions,
  });
  const account = sandbox.accounts[0]!;
  const tls = (role: 'publisher' | 'ingester') =>
    readClientTls({ directory: sandbox.certificatesDirectory ?? '', roles: [role], now: Date.now() });
  const client = (role: 'publisher' | 'ingester') =>
    createImageServerClient({ address: sandbox.imageServer, tls: tls(role) });
  const clock = fastClock(10);
  Object.assign(process.env, sandbox.environment);
  const cloud = await AwsCloud.fromConfig({
    accounts: { [account.name]: { profile: account.name } },
    endpoint: sandbox.endpoint,
    clock,
  });
  const images = client('publisher');
  const sink = client('ingester');
  const journals = new MemoryJournalStore();
  const fleet = new UnpackerFleet({ cloud, tls: tls('publisher') });
  const publisher = new Publisher({ cloud, images: new GrpcImageSource(images), fleet, journals });
  const clients = new AwsClients(cloud);
  const primary = `${account.name},${sandbox.regions[0]}`;
  return {
    sandbox,
    accountName: account.name,
    accountId: account.id,
    directory,
    services: (product = {}) => ({
      ...{ cloud, clients, publisher, fleet, journals, images, clock, logger: silentLogger },
      configuration: executorConfigurationSchema.parse({
        products: [{ stream, targets: `${account.name},*`, primary, ...product }],
      }),
    }),
    addImage: async (leaf, files = {}) => {
      const root = join(directory, 'trees', leaf);
      await addPrograms(root, ['/bin/sh', '/bin/bash', '/bin/cat', '/bin/chmod', '/bin/mkdir']);
      for (const [path, content] of Object.entries(files)) {
        mkdirSync(dirname(join(root, path)), { recursive: true });
        writeFileSync(join(root, path), content);
      }
      await ingestDirectory({ root, name: { stream, leaf }, sink: new GrpcImageSink(sink) });
    },
    putObject: async (bucket, key, body) => {
      const request = { action: 'PutObject', bucket, key, query: {}, headers: {} } as const;
      // As somebody whom no policy binds.
      const arn = `arn:aws:iam::${account.id}:root`;
      const root = { accountId: account.id, arn, userId: account.id, isSession: false };
      await sandbox.model.s3(root, sandbox.regions[0]!, { ...request, body: Buffer.from(body) });
    },
    emptyAmi: (target) => emptyAmi(cloud, target, `${sandbox.regions[0]}a`),
    close: async () => {
      for (const one of [images, sink, cloud]) one.close();
      await sandbox.close();
      for (const name of Object.keys(sandbox.environment)) delete process.env[name];
      rmSync(directory, { recursive: true, force: true });
    },
  };
};

const emptyAmi = async (cloud: AwsCloud, target: Target, AvailabilityZone: string): Promise<string> => {
  const [ec2, poller] = await Promise.all([cloud.ec2(target), cloud.poller(target)]);
  const { VolumeId = '' } = await ec2.createVolume({ AvailabilityZone, Size: 1, VolumeType: 'gp3' });
  const wait = { timeoutMs: 60_000 };
  await poller.wait('volume', VolumeId, {
    ...wait,
    wanted: 'available',
    until: ({ State }) => State === 'available',
  });
  const { SnapshotId = '' } = await ec2.createSnapshot({ VolumeId });
  await poller.wait('snapshot', SnapshotId, {
    ...wait,
    wanted: 'completed',
    until: ({ State }) => State === 'completed',
  });
  const { ImageId = '' } = await ec2.registerImage({
    Name: 'builder',
    Architecture: 'x86_64',
    VirtualizationType: 'hvm',
    RootDeviceName: '/dev/xvda',
    BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs: { SnapshotId, VolumeType: 'gp3' } }],
  });
  await poller.wait('image', ImageId, {
    ...wait,
    wanted: 'available',
    until: ({ State }) => State === 'available',
  });
  return ImageId;
};

/** Copies programs of this machine into a tree with the libraries that they need. */
const addPrograms = async (tree: string, programs: readonly string[]): Promise<void> => {
  for (const program of programs) {
    const { stdout } = await run('ldd', [program]);
    const libraries = [...stdout.matchAll(/(\/\S+)(?= \(0x)/g)].map(([, path]) => path!);
    for (const file of [program, ...libraries]) {
      await mkdir(dirname(join(tree, file)), { recursive: true });
      await copyFile(await realpath(file), join(tree, file));
    }
  }
};
