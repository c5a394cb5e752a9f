import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GrpcImageSink, GrpcImageSource, ingestDirectory } from '@ami-publisher/image';
import { createImageServerClient, readClientTls } from '@ami-publisher/protocol';
import { type Inventory, type SandboxCloud, startSandboxCloud } from '@ami-publisher/sandbox';
import { AwsCloud } from '../../src/cloud/aws-cloud.js';
import { tagKeys } from '../../src/cloud/tags.js';
import { Operations } from '../../src/operations/operations.js';
import type { PublicationPlan } from '../../src/publish/plan.js';
import { Publisher } from '../../src/publish/publisher.js';
import { UnpackerFleet } from '../../src/unpacker/fleet.js';
import { volumeCommands } from '../../src/volumes/volumes.js';
import { fastClock } from './fast-clock.js';
import { MortalJournalStore } from './mortal-journal.js';

/** What there is in one region that carries the tag of a publication, by kind. */
export interface Made {
  readonly volumes: readonly string[];
  readonly snapshots: readonly string[];
  readonly images: readonly string[];
}

/** A sandbox with two targets, and a publisher on it whose clock runs ten times as fast. */
export interface PublishingWorld {
  readonly sandbox: SandboxCloud;
  readonly journals: MortalJournalStore;
  /** A publisher as of a new process. */
  newPublisher(): Publisher;
  /** Operations as of a new process, by an operator. */
  newOperations(): Operations;
  readonly cloud: AwsCloud;
  /** Adds a small image and plans its publication to both targets. */
  plan(stream: string, leaf: string): Promise<PublicationPlan>;
  /** Per region, what a publication has made. */
  made(publicationId: string): Promise<Readonly<Record<string, Made>>>;
  close(): Promise<void>;
}

const clockSpeed = 10;
const madeAt = 1_700_000_000;

export const createPublishingWorld = async (): Promise<PublishingWorld> => {
  const directory = mkdtempSync(join(tmpdir(), 'ami-publisher-publishing-'));
  const sandbox = await startSandboxCloud({ accounts: 1, regions: 2, directory: join(directory, 'sandbox') });
  const account = sandbox.accounts[0]!;
  const tlsFor = (role: 'publisher' | 'ingester' | 'operator') =>
    readClientTls({ directory: sandbox.certificatesDirectory ?? '', roles: [role], now: Date.now() });
  const serverFor = (role: 'publisher' | 'ingester') =>
    createImageServerClient({ address: sandbox.imageServer, tls: tlsFor(role) });
  const cloud = await AwsCloud.fromConfig({
    accounts: { [account.name]: { profile: account.name } },
    endpoint: sandbox.endpoint,
    clock: fastClock(clockSpeed),
  });
  const images = serverFor('publisher');
  const sink = serverFor('ingester');
  const journals = new MortalJournalStore();
  const newPublisher = () =>
    new Publisher({
      cloud,
      images: new GrpcImageSource(images),
      fleet: new UnpackerFleet({ cloud, tls: tlsFor('publisher') }),
      journals,
    });
  return {
    sandbox,
    journals,
    cloud,
    newPublisher,
    newOperations: () =>
      new Operations({
        cloud,
        journals,
        fleet: () => new UnpackerFleet({ cloud, tls: tlsFor('operator') }),
        commands: volumeCommands,
      }),
    plan: async (stream, leaf) => {
      const root = join(directory, 'trees', encodeURIComponent(`${stream}/${leaf}`));
      mkdirSync(join(root, 'etc'), { recursive: true });
      writeFileSync(join(root, 'etc/os-release'), `NAME=${stream}\nVERSION_ID=${leaf}\n`);
      // The same name is the same image, whenever its tree is made.
      for (const path of ['etc/os-release', 'etc', '']) utimesSync(join(root, path), madeAt, madeAt);
      await ingestDirectory({ root, name: { stream, leaf }, sink: new GrpcImageSink(sink) });
      const targets = await cloud.resolveTargets('');
      return newPublisher().plan({ stream, leaf, targets });
    },
    made: async (publicationId) =>
      Object.fromEntries(
        await Promise.all(
          sandbox.regions.map(async (region) => [
            region,
            madeBy(await sandbox.model.inventory(account.id, region), publicationId),
          ]),
        ),
      ),
    close: async () => {
      for (const client of [images, sink, cloud]) client.close();
      await sandbox.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
};

const madeBy = ({ volumes, snapshots, images }: Inventory, publicationId: string): Made => {
  const isMade = ({ Tags = [] }: { readonly Tags?: Inventory['images'][number]['Tags'] }) =>
    Tags?.some(({ Key, Value }) => Key === tagKeys.publication && Value === publicationId);
  const isThere = ({ State }: { readonly State?: string | undefined }) =>
    State !== 'deleting' && State !== 'deleted';
  return {
    volumes: volumes
      .filter(isMade)
      .filter(isThere)
      .map(({ VolumeId = '' }) => VolumeId),
    snapshots: snapshots.filter(isMade).map(({ SnapshotId = '' }) => SnapshotId),
    images: images.filter(isMade).map(({ ImageId = '' }) => ImageId),
  };
};
