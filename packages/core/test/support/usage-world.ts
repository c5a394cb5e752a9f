import { VirtualClock } from '@ami-publisher/base';
import { ModelCloud } from '@ami-publisher/sandbox';
import { AmiUsage, usageCommands } from '../../src/amis/usage/ami-usage.js';
import { Operations } from '../../src/operations/operations.js';
import type { JsonObject } from '../../src/steps/json.js';
import { MemoryJournalStore } from '../../src/steps/memory-journal.js';
import { ageOf, type CloudSpec, type ImageSpec, neighbourOf, type Trait } from './usage-oracle.js';

const dayMs = 86_400_000;
/** By then a usage report of the model is there. */
const reportMs = 1_000;
export const outsider = '999999999999';
const organization = 'arn:aws:organizations::999999999999:organization/o-1234567890';

/** An empty cloud with the analysis over all of its targets. */
export const usageWorld = async (size: { accounts?: number; regions?: number } = {}) => {
  const clock = new VirtualClock();
  const cloud = new ModelCloud({ clock, accounts: size.accounts ?? 2, regions: size.regions ?? 1 });
  const journals = new MemoryJournalStore();
  const operations = new Operations({
    cloud,
    journals,
    fleet: () => {
      throw new TypeError('these commands ask no unpacker');
    },
    commands: usageCommands,
  });
  const targets = await clock.runUntil(cloud.resolveTargets('*,*'));
  const place = (account = 0, region = 0) => {
    const accountId = cloud.model.accounts[account]!.id;
    return { account: accountId, accountId, region: cloud.regions[region]! };
  };
  const agoDays = (days: number) => new Date(clock.now() - days * dayMs);
  /** An AMI of 100 days that nothing uses. */
  const image = (more: Partial<Parameters<typeof cloud.model.addImage>[0]> = {}) =>
    cloud.model.addImage({ ...place(), createdAt: agoDays(100), ...more });
  const stateOf = async (imageId: string, at = place()) => {
    const { images } = await cloud.model.inventory(at.accountId, at.region);
    return images.find(({ ImageId }) => ImageId === imageId)?.State ?? 'disabled';
  };
  const usage = new AmiUsage(cloud);
  return { clock, cloud, journals, operations, targets, usage, place, agoDays, image, stateOf };
};

export type UsageWorld = Awaited<ReturnType<typeof usageWorld>>;

/** Writes the journal of a publication of one target, finished or not. */
export const writePublication = async (
  { journals, targets }: UsageWorld,
  id: string,
  place: { readonly accountId: string; readonly region: string },
  isFinished: boolean,
): Promise<void> => {
  const target = targets.targets.find(
    ({ accountId, region }) => accountId === place.accountId && region === place.region,
  )!;
  const journal = await journals.create(id);
  const at = '2026-01-01T00:00:00.000Z';
  const plan = {
    ...{ publicationId: id, createdAt: at, options: { stream: 's', leaf: '1' } },
    ...{ targets: [{ target: { ...target } }], failures: [], skipped: [] },
  } as unknown as JsonObject;
  await journal.append({ type: 'publication', version: 1, at, plan });
  const key = `${target.accountId}/${target.region}`;
  if (isFinished) await journal.append({ type: 'finished', at, target: key, status: 'published' });
  await journal.close();
};

interface Making {
  readonly world: UsageWorld;
  readonly spec: CloudSpec;
  readonly image: ImageSpec;
  readonly imageId: string;
  readonly number: number;
}

const ownPlace = ({ world, image }: Making) => world.place(image.account, image.region);
const neighbour = ({ world, image, spec }: Making) => world.place(neighbourOf(image, spec), image.region);
const references = (making: Making) => making.world.cloud.model.references(ownPlace(making));

/** What makes a trait be there, beside what the AMI itself is made with. */
const makers: { readonly [trait in Trait]?: (making: Making) => Promise<unknown> | unknown } = {
  'auto-scaling-override': (making) =>
    references(making).addAutoScalingGroup({
      AutoScalingGroupName: `group-${making.number}`,
      MixedInstancesPolicy: {
        LaunchTemplate: { Overrides: [{ InstanceType: 'm6i.large', ImageId: making.imageId }] },
      },
    }),
  'container-recipe': (making) =>
    references(making).addRecipe({
      ...{ kind: 'container-recipe', name: `box-${making.number}`, parentImage: making.imageId },
    }),
  'denied-template': (making) => {
    const { accountId: account, region } = ownPlace(making);
    const action = 'DescribeLaunchTemplateVersions';
    making.world.cloud.model.faults.add({ kind: 'deny', action, account, region });
    references(making).addLaunchTemplate({
      name: `hidden-${making.number}`,
      versions: [{ imageId: making.imageId }],
    });
  },
  'finished-publication': (making) =>
    writePublication(making.world, `pub-done-${making.number}`, ownPlace(making), true),
  'foreign-instance': (making) => addInstance(making, neighbour(making), 'running'),
  'foreign-parameter': (making) =>
    making.world.cloud.model
      .references(neighbour(making))
      .putParameter({ name: `/ami/${making.number}`, value: making.imageId }),
  'image-recipe': (making) =>
    references(making).addRecipe({
      ...{ kind: 'image-recipe', name: `golden-${making.number}`, parentImage: making.imageId },
    }),
  instance: (making) => addInstance(making, ownPlace(making), 'running'),
  'launch-configuration': (making) =>
    references(making).addLaunchConfiguration({ name: `old-${making.number}`, imageId: making.imageId }),
  'launch-template': (making) =>
    references(making).addLaunchTemplate({
      name: `web-${making.number}`,
      versions: [{ imageId: making.imageId }, { imageId: 'ami-00000000000000000' }],
      defaultVersion: 2,
    }),
  'longer-id-in-parameter': (making) =>
    references(making).putParameter({ name: `/long/${making.number}`, value: `${making.imageId}0` }),
  parameter: (making) =>
    references(making).putParameter({
      name: `/golden/${making.number}`,
      value: making.imageId,
      dataType: 'aws:ec2:image',
    }),
  'parameter-in-text': (making) =>
    references(making).putParameter({
      name: `list-${making.number}`,
      value: `ami-00000000000000000,${making.imageId}`,
      type: 'StringList',
    }),
  'pending-copy': (making) =>
    making.world.image({
      ...neighbour(making),
      state: 'pending',
      sourceImageId: making.imageId,
    }),
  publication: (making) =>
    writePublication(making.world, `pub-open-${making.number}`, ownPlace(making), false),
  'report-of-own-use': (making) => makeReport(making, ownPlace(making).accountId),
  'reported-use': (making) => makeReport(making, outsider),
  'similar-template-name': (making) =>
    references(making).addLaunchTemplate({ name: making.imageId, versions: [{}] }),
  'snapshot-in-template': async (making) => {
    const { accountId, region } = ownPlace(making);
    const { images } = await making.world.cloud.model.inventory(accountId, region);
    const image = images.find(({ ImageId }) => ImageId === making.imageId)!;
    const snapshotIds = image.BlockDeviceMappings!.map(({ Ebs }) => Ebs!.SnapshotId!);
    references(making).addLaunchTemplate({ name: `disk-${making.number}`, versions: [{ snapshotIds }] });
  },
  'stopped-instance': (making) => addInstance(making, ownPlace(making), 'stopped'),
  'unreported-use': (making) => addReportedUse(making, outsider),
};

const addReportedUse = (making: Making, accountId: string) =>
  references(making).addReportedUse({
    ...{ imageId: making.imageId, accountId },
    ...{ resourceType: 'ec2:Instance', count: 2 },
  });

/** A report that somebody had made before. */
const makeReport = async (making: Making, accountId: string) => {
  addReportedUse(making, accountId);
  const { cloud, clock, targets } = making.world;
  const place = ownPlace(making);
  const isThere = (target: typeof place) =>
    target.accountId === place.accountId && target.region === place.region;
  const ec2 = await cloud.ec2(targets.targets.find(isThere)!);
  const ResourceTypes = [{ ResourceType: 'ec2:Instance' }];
  await ec2.createImageUsageReport({ ImageId: making.imageId, ResourceTypes });
  await clock.sleep(reportMs);
};

const addInstance = (
  { world, imageId }: Making,
  { account, region }: { account: string; region: string },
  state: 'running' | 'stopped',
) => world.cloud.model.addInstance({ account, region, name: 'web', state, imageId });

/** Makes a cloud that is as described; gives the ids of its AMIs. */
export const makeCloud = async (spec: CloudSpec): Promise<{ world: UsageWorld; imageIds: string[] }> => {
  const world = await usageWorld(spec);
  const { model } = world.cloud;
  const imageIds = spec.images.map((image, number) => {
    const { traits } = image;
    const has = (trait: Trait) => traits.includes(trait);
    const other = world.place(neighbourOf(image, spec), image.region).accountId;
    const isSharedInside = has('shared-inside') || has('foreign-instance') || has('foreign-parameter');
    return world.image({
      ...world.place(image.account, image.region),
      createdAt: world.agoDays(ageOf(image)),
      tags: {
        ...(image.stream !== undefined && { 'ami-publisher:stream': image.stream }),
        ...(has('finished-publication') && { 'ami-publisher:publication': `pub-done-${number}` }),
        ...(has('publication') && { 'ami-publisher:publication': `pub-open-${number}` }),
      },
      ...(has('protected') && { deregistrationProtection: 'enabled-with-cooldown' }),
      launchPermissions: [
        ...(isSharedInside ? [{ UserId: other }] : []),
        ...(has('shared-outside') ? [{ UserId: outsider }] : []),
        ...(has('organization') ? [{ OrganizationArn: organization }] : []),
        ...(has('public') ? [{ Group: 'all' as const }] : []),
      ],
      ...(has('launched-long-ago') && { lastLaunchedAt: world.agoDays(60) }),
      ...(has('launched') && { lastLaunchedAt: world.agoDays(2) }),
    });
  });
  for (const { account, region, action } of spec.gaps) {
    const place = world.place(account, region);
    model.faults.add({ kind: 'deny', action, account: place.accountId, region: place.region });
  }
  for (const [number, image] of spec.images.entries()) {
    const making = { world, spec, image, imageId: imageIds[number]!, number };
    for (const trait of image.traits) await world.clock.runUntil(Promise.resolve(makers[trait]?.(making)));
  }
  return { world, imageIds };
};
