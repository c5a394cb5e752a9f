import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type * as imagebuilder from '@aws-sdk/client-imagebuilder';
import { chooseKey, unknownKey } from '../ec2/encryption.js';
import { newResourceId } from '../model/ids.js';
import type { ImageRecord, SnapshotRecord } from '../model/records.js';
import type { Place, RegionState } from '../model/region-state.js';
import type { ServiceContext } from '../services/service.js';
import { found } from './look-up.js';
import type { BuildRecord, RecipeRecord } from './records.js';
import { runComponents } from './run-components.js';

/** What is built, and not yet anybody's AMI. */
interface Disk {
  readonly snapshotId: string;
  readonly kmsKey: string | undefined;
  readonly sizeGiB: number;
  readonly parent: ImageRecord;
}

/** Takes an image from `PENDING` to its end, as time passes. */
export const runBuild = (context: ServiceContext, arn: string): void => {
  const { transitions, latency } = context;
  const later = (step: (build: BuildRecord) => Promise<void>): void =>
    transitions.after(latency.next('buildImageMs', arn), async () => {
      const build = openBuild(context, arn);
      if (build === undefined) return;
      try {
        await step(build);
      } catch (error) {
        change(context, arn, {
          status: 'FAILED',
          reason: error instanceof Error ? error.message : String(error),
        });
      }
    });
  later(async () => {
    change(context, arn, { status: 'CREATING' });
    later(async (build) => {
      change(context, arn, { status: 'BUILDING' });
      const disk = await makeDisk(context, build);
      change(context, arn, { status: 'DISTRIBUTING' });
      later(async (made) => {
        const amis = await distribute(context, made, disk);
        change(context, arn, { status: 'AVAILABLE', amis });
      });
    });
  });
};

/** An image that is neither cancelled nor failed. */
const openBuild = ({ state }: ServiceContext, arn: string): BuildRecord | undefined => {
  const build = state.services.imageBuilder.builds.get(arn);
  return build === undefined || build.cancelling.signal.aborted ? undefined : build;
};

const change = (context: ServiceContext, arn: string, fields: Partial<BuildRecord>): void => {
  const build = openBuild(context, arn);
  if (build !== undefined) context.state.services.imageBuilder.builds.set(arn, { ...build, ...fields });
};

/** Copies the disk of the parent image, and runs the components in the file tree on it, if there is one. */
const makeDisk = async (context: ServiceContext, build: BuildRecord): Promise<Disk> => {
  const { state, storage } = context;
  const { recipes, components } = state.services.imageBuilder;
  const recipe = found(recipes, build.recipeArn);
  const parent = state.images.get(recipe.parentImage);
  if (parent === undefined) throw new Error(`The image ${recipe.parentImage} does not exist.`);
  const { snapshot, device } = rootOf(state, parent);
  const kmsKey = keyOf(state, recipe, device, snapshot);
  const volumeId = newResourceId('volume');
  const snapshotId = newResourceId('snapshot');
  await storage.createVolume(state, volumeId, snapshot.sizeGiB, {
    ...placeOf(state),
    snapshotId: snapshot.id,
  });
  try {
    const content = storage.volumePath(state, volumeId);
    const tree = join(content, 'tree');
    if (existsSync(tree)) {
      const { vulnerabilities } = state.services;
      const { signal } = build.cancelling;
      await runComponents(
        recipe.components.map((one) => found(components, one)),
        { tree, vulnerabilities, signal },
      );
      // It is no release any more, whatever it was made of.
      await writeFile(join(content, 'seal.json'), '{}');
    }
    await storage.createSnapshot(state, volumeId, snapshotId);
  } finally {
    await storage.deleteVolume(state, volumeId);
  }
  return { snapshotId, kmsKey, sizeGiB: snapshot.sizeGiB, parent };
};

const placeOf = ({ accountId, region }: RegionState): Place => ({ accountId, region });

const rootOf = (state: RegionState, { id, blockDeviceMappings, properties }: ImageRecord) => {
  const device = properties.RootDeviceName ?? '';
  const root = blockDeviceMappings.find(({ DeviceName }) => DeviceName === device)?.Ebs?.SnapshotId ?? '';
  const snapshot = state.snapshots.get(root);
  if (snapshot === undefined) throw new Error(`The root snapshot ${root} of ${id} is not there.`);
  return { device, snapshot };
};

const keyOf = (
  state: RegionState,
  { blockDeviceMappings }: RecipeRecord,
  device: string,
  { kmsKey }: SnapshotRecord,
): string | undefined => {
  const { encrypted, kmsKeyId } =
    blockDeviceMappings.find(({ deviceName }) => deviceName === device)?.ebs ?? {};
  const key = chooseKey(state, { encrypted, kmsKeyId, inherited: kmsKey });
  if (key === unknownKey) throw new Error(`The key ${kmsKeyId} does not exist.`);
  return key;
};

/** Every region that is asked for gets a copy of the disk, and an AMI of it. */
const distribute = async (
  context: ServiceContext,
  build: BuildRecord,
  disk: Disk,
): Promise<readonly imagebuilder.Ami[]> => {
  const { state, storage } = context;
  const { distributions = [{ region: state.region }] } =
    state.services.imageBuilder.distributions.get(build.distributionArn ?? '') ?? {};
  const source = { ...placeOf(state), snapshotId: disk.snapshotId };
  const copies = await Promise.all(
    distributions.map(async ({ region = '', amiDistributionConfiguration: settings = {} }) => {
      const place = context.elsewhere(region);
      const snapshotId = newResourceId('snapshot');
      const kmsKey = copyKey(place, state, disk, settings.kmsKeyId);
      await storage.copySnapshot(source, place, snapshotId);
      return { place, settings, disk: { ...disk, snapshotId, kmsKey } };
    }),
  );
  await storage.deleteSnapshot(state, disk.snapshotId);
  if (openBuild(context, build.arn) === undefined) return [];
  return copies.map((copy) => register(context, build, copy));
};

/** A copy keeps its key within its region; elsewhere it takes the one of that region. */
const copyKey = (
  place: RegionState,
  home: RegionState,
  { kmsKey }: Disk,
  name: string | undefined,
): string | undefined => {
  if (name !== undefined) {
    const named = place.kmsKeys.resolve(name);
    if (named === undefined) throw new Error(`The key ${name} does not exist in ${place.region}.`);
    return named;
  }
  return kmsKey === undefined || place.region === home.region ? kmsKey : place.kmsKeys.defaultKey;
};

interface Copy {
  readonly place: RegionState;
  readonly settings: imagebuilder.AmiDistributionConfiguration;
  readonly disk: Disk;
}

const register = ({ clock }: ServiceContext, build: BuildRecord, { place, settings, disk }: Copy) => {
  const now = new Date(clock.now());
  const { kmsKey, parent, sizeGiB, snapshotId } = disk;
  const buildDate = now.toISOString().replaceAll(':', '-');
  const name = (settings.name ?? `${build.name} {{ imagebuilder:buildDate }}`).replace(
    /\{\{ ?imagebuilder:buildDate ?\}\}/,
    buildDate,
  );
  const tags = new Map(
    Object.entries({ ...settings.amiTags, CreatedBy: 'EC2 Image Builder', Ec2ImageBuilderArn: build.arn }),
  );
  const time = now.getTime();
  place.snapshots.insert({
    ...{ id: snapshotId, state: 'completed', ownerId: place.accountId, sizeGiB, kmsKey, tags },
    ...{ volumeId: 'vol-ffffffff', description: '', startTime: now, completionTime: now },
    ...{ pendingSince: time, completesAt: time, createVolumePermissions: [], content: undefined },
  });
  const id = newResourceId('image');
  const { RootDeviceName: DeviceName, ...properties } = parent.properties;
  const { description } = settings;
  place.images.insert({
    ...{ id, name, state: 'available', ownerId: place.accountId, creationDate: now, tags },
    ...{ deprecationTime: undefined, deregistrationProtection: 'disabled' },
    blockDeviceMappings: [
      {
        DeviceName,
        Ebs: {
          ...{ SnapshotId: snapshotId, VolumeSize: sizeGiB, VolumeType: 'gp3' },
          ...{ DeleteOnTermination: true, Encrypted: kmsKey !== undefined },
        },
      },
    ],
    launchPermissions: [],
    properties: { ...properties, RootDeviceName: DeviceName, Description: description },
  });
  return { region: place.region, image: id, name, description, accountId: place.accountId };
};
