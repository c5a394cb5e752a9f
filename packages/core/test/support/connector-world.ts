import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GrpcImageSink, ingestDirectory } from '@ami-publisher/image';
import { type ClientTls, createImageServerClient, readClientTls } from '@ami-publisher/protocol';
import { type SandboxCloud, type SandboxCloudOptions, startSandboxCloud } from '@ami-publisher/sandbox';
import type { Instance } from '@aws-sdk/client-ec2';
import { vi } from 'vitest';
import { AwsCloud } from '../../src/cloud/aws-cloud.js';
import { describeInstances } from '../../src/cloud/describe.js';
import type { Target } from '../../src/target/target.js';
import { createConnectedClient } from '../../src/unpacker/connected-client.js';
import type { UnpackerConnector } from '../../src/unpacker/connectors/connector.js';
import type { LeaseRef, UnpackerClient } from '../../src/unpacker/unpacker-client.js';
import { UnpackerWires } from '../../src/unpacker/wires.js';

/** A sandbox whose unpackers are real daemons with certificates, and clients that reach them by a connector. */
export interface ConnectorWorld {
  readonly sandbox: SandboxCloud;
  readonly cloud: AwsCloud;
  readonly tls: ClientTls;
  /** A folder for what a test writes. */
  readonly directory: string;
  /** Every account in every region. */
  readonly targets: readonly Target[];
  /** The unpacker instance of a target, as EC2 describes it. */
  instance(target?: Target): Promise<Instance>;
  /** A client of a target's unpacker, by default of the first; without certificates where `tls` is null. */
  client(
    connector: UnpackerConnector,
    options?: { readonly target?: Target; readonly tls?: null; readonly instance?: Instance },
  ): Promise<UnpackerClient>;
  /** Closes the clients that were made so far. */
  closeClients(): void;
  /** Gives the first target's unpacker a stream with a volume. @returns its lease */
  leaseWithVolume(client: UnpackerClient, stream: string): Promise<LeaseRef>;
  /** The manifest digest of the image that {@link addImage} adds, under whatever name. */
  manifestDigest(): Promise<string>;
  /** Adds an image of one small file. */
  addImage(stream: string, leaf: string): Promise<void>;
  close(): Promise<void>;
}

const madeAt = 1_700_000_000;

export const createConnectorWorld = async (options: SandboxCloudOptions = {}): Promise<ConnectorWorld> => {
  const directory = mkdtempSync(join(tmpdir(), 'ami-publisher-connectors-'));
  const sandbox = await startSandboxCloud({ ...options, directory: join(directory, 'sandbox') });
  for (const [name, value] of Object.entries(sandbox.environment)) vi.stubEnv(name, value);
  const certificates = sandbox.certificatesDirectory ?? '';
  const tlsOf = (role: 'publisher' | 'ingester') =>
    readClientTls({ directory: certificates, roles: [role], now: Date.now() });
  const cloud = await AwsCloud.fromConfig();
  const { targets } = await cloud.resolveTargets('');
  const server = createImageServerClient({ address: sandbox.imageServer, tls: tlsOf('ingester') });
  const clients: UnpackerClient[] = [];
  const instance = async (target = targets[0]!): Promise<Instance> =>
    (await describeInstances(await cloud.ec2(target), []))[0]!;

  return {
    sandbox,
    cloud,
    directory,
    targets,
    instance,
    tls: tlsOf('publisher'),
    client: async (connector, { target = targets[0]!, tls, instance: described } = {}) => {
      const client = createConnectedClient({
        target,
        connector,
        instance: described ?? (await instance(target)),
        wires: new UnpackerWires({
          cloud,
          srpc: undefined,
          tls: tls === null ? undefined : tlsOf('publisher'),
        }),
      });
      clients.push(client);
      return client;
    },
    closeClients: () => {
      for (const client of clients.splice(0)) client.close();
    },
    leaseWithVolume: async (client, stream) => {
      const ec2 = await cloud.ec2(targets[0]!);
      const { InstanceId = '', Placement } = await instance();
      const { VolumeId = '' } = await ec2.createVolume({
        AvailabilityZone: Placement?.AvailabilityZone,
        Size: 1,
        Encrypted: true,
      });
      await vi.waitFor(() => ec2.attachVolume({ VolumeId, InstanceId, Device: deviceFor(stream) }), 5_000);
      await client.createStream(stream);
      const lease = await client.acquireLease(stream, 'pub-1', 'test');
      await client.addDevice({ id: VolumeId, hint: '', kmsKeys: [] }, lease);
      return lease;
    },
    manifestDigest: async () => {
      let digest = '';
      const addImage = async (_name: unknown, manifest: Uint8Array) => {
        digest = createHash('sha512').update(manifest).digest('hex');
        return {} as never;
      };
      const nowhere = { missingObjects: async () => [], addObjects: async () => {}, addImage };
      await ingestDirectory({ root: treeIn(directory), name: { stream: 'any', leaf: '1' }, sink: nowhere });
      return digest;
    },
    addImage: async (stream, leaf) => {
      await ingestDirectory({
        root: treeIn(directory),
        name: { stream, leaf },
        sink: new GrpcImageSink(server),
      });
    },
    close: async () => {
      for (const client of [...clients, server, cloud]) client.close();
      await sandbox.close();
      vi.unstubAllEnvs();
      rmSync(directory, { recursive: true, force: true });
    },
  };
};

const treeIn = (directory: string): string => {
  const root = join(directory, 'tree');
  mkdirSync(root, { recursive: true });
  writeFileSync(join(root, 'hello'), 'hello');
  for (const path of ['hello', '']) utimesSync(join(root, path), madeAt, madeAt);
  return root;
};

const devices = new Map<string, string>();
const deviceFor = (stream: string): string => {
  const device = devices.get(stream) ?? `/dev/sd${'fghijklmnop'[devices.size]}`;
  devices.set(stream, device);
  return device;
};
