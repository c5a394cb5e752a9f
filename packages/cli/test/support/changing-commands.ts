import { type ChangeResult, operationCommands, type PublishedResource, targetKey } from '@ami-publisher/core';
import { attachVolume, type RecordedCloud } from './recorded-cloud.js';

type Tags = Readonly<Record<string, string>>;
/** A call by the name of its method, then the resources that it names. */
export type ExpectedCall = readonly string[];

/** A changing command on a cloud that has something for it to do, and more that is not for it. */
export interface ChangingCommand {
  /** As the registry has it. */
  readonly command: string;
  /** Makes what there is to do. @returns the request */
  readonly prepare: (world: RecordedCloud) => Promise<unknown>;
  /** The calls that a change, as the dry run prints it, stands for. */
  readonly stands: (change: ChangeResult) => readonly ExpectedCall[];
}

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const key = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAINTNJ8hwq1xNF8+80UKBGx809yvvEMB5iebdI5Tfy7cr';
const otherKey = key.replace(/y7cr$/, 'y7cs');

const first = ({ targets }: RecordedCloud) => targets.targets[0]!;
const placeOf = (world: RecordedCloud) => {
  const { accountId, region } = first(world);
  return { account: accountId, accountId, region };
};

/** What publications leave on AMIs and their snapshots. */
const published = { 'ami-publisher:publication': 'pub-1' };

const addImage = (
  world: RecordedCloud,
  tags: Tags = {},
  more: Partial<Parameters<RecordedCloud['cloud']['model']['addImage']>[0]> = {},
) =>
  world.cloud.model.addImage({
    ...{ ...placeOf(world), snapshotTags: published, ...more },
    tags: { ...published, Name: 'base/some', ...tags },
  });

const snapshotOf = async ({ cloud, ...world }: RecordedCloud, imageId: string): Promise<string> => {
  const { accountId, region } = placeOf({ cloud, ...world });
  const { images } = await cloud.model.inventory(accountId, region);
  const image = images.find(({ ImageId }) => ImageId === imageId);
  return image?.BlockDeviceMappings?.[0]?.Ebs?.SnapshotId ?? '';
};

/** Request of a command about what results files name. */
const named = (world: RecordedCloud, resources: readonly Partial<PublishedResource>[]) => {
  const { account, region } = first(world);
  return new Map([[targetKey(first(world)), resources.map((one) => ({ account, region, ...one }))]]);
};

const unpackerOf = async (world: RecordedCloud): Promise<string> => {
  const { accountId, region } = placeOf(world);
  const { instances } = await world.cloud.model.inventory(accountId, region);
  return instances[0]?.InstanceId ?? '';
};

const stopUnpackers = async (world: RecordedCloud): Promise<void> => {
  for (const target of world.targets.targets) {
    const { instances } = await world.cloud.model.inventory(target.accountId, target.region);
    const InstanceIds = instances.map(({ InstanceId = '' }) => InstanceId);
    await world.run(world.administrator(target).stopInstances({ InstanceIds }));
  }
  await world.pass(hourMs);
};

const importPair = async (world: RecordedCloud, text: string, target = first(world)): Promise<void> => {
  const ec2 = world.administrator(target);
  await world.run(ec2.importKeyPair({ KeyName: 'team', PublicKeyMaterial: Buffer.from(text) }));
};

const idsIn = (text: string): string[] => text.match(/\b(ami|i|key|snap|vol)-[0-9a-f]{17}\b/g) ?? [];

const retired = ({ resource }: ChangeResult): ExpectedCall[] => [
  ...(resource.startsWith('ami-') ? [['disableImage', resource]] : []),
  ['createTags', resource],
];
const deleted = ({ resource, text }: ChangeResult): ExpectedCall[] => [
  [resource.startsWith('ami-') ? 'deregisterImage' : 'deleteSnapshot', resource],
  ...[...text.matchAll(/, delete (snap-\w+)/g)].map(([, id]) => ['deleteSnapshot', id!]),
];
const terminated = ({ resource }: ChangeResult): ExpectedCall[] => [
  ['drain', resource],
  ['terminateInstances', resource],
];
const launched =
  (...keyNames: string[]) =>
  ({ resource }: ChangeResult): ExpectedCall[] => [['runInstances', resource, ...keyNames]];
const only =
  (method: string) =>
  ({ resource }: ChangeResult): ExpectedCall[] => [[method, resource]];

const dueFor: { readonly [call: string]: (change: ChangeResult) => readonly ExpectedCall[] } = {
  'ec2:DeleteSnapshot': deleted,
  'ec2:DeleteVolume': only('deleteVolume'),
  'ec2:DeregisterImage': deleted,
  'ec2:TerminateInstances': only('terminateInstances'),
};

/** Two AMIs that have a snapshot in common, one of which is to go; one that is alone; and a snapshot whose AMI is gone. */
const prepareDeletion = (retentionMs: number | null) => async (world: RecordedCloud) => {
  const launchPermissions = [{ UserId: '999999999999' }];
  const alone = addImage(world, {}, { launchPermissions });
  const [kept, gone] = [addImage(world), addImage(world)];
  const sharing = addImage(world, {}, { snapshotId: await snapshotOf(world, kept) });
  const snapshotId = await snapshotOf(world, gone);
  await world.run(world.administrator(first(world)).deregisterImage({ ImageId: gone }));
  return { resources: named(world, [{ imageId: alone }, { imageId: sharing }, { snapshotId }]), retentionMs };
};

const prepareUnused = (retentionMs: number | null) => async (world: RecordedCloud) => {
  const createdAt = new Date(world.clock.now() - 200 * dayMs);
  addImage(world, {}, { createdAt });
  const used = addImage(world, {}, { createdAt });
  await world.run(world.cloud.model.addInstance({ ...placeOf(world), name: 'web', imageId: used }));
  addImage(world);
  return { retentionMs };
};

/** A stream to be launched, with a key pair and a security group for it. */
const prepareLaunch = async (world: RecordedCloud) => {
  for (const target of world.targets.targets) {
    const { accountId, region } = target;
    const tags = { Name: 'base/web', Preferred: 'true' };
    world.cloud.model.addImage({ account: accountId, region, tags });
    const network = world.cloud.model.network({ accountId, region });
    network.addSecurityGroup(network.vpcs.list()[0]!.id, 'unpackers', { For: 'unpackers' });
    await importPair(world, otherKey, target);
  }
  const image = 'base/web';
  return { image, keyName: 'team', network: { securityGroupTags: { For: 'unpackers' } } };
};

const terminateUnpackers = async (world: RecordedCloud): Promise<void> => {
  for (const target of world.targets.targets) {
    const { instances } = await world.cloud.model.inventory(target.accountId, target.region);
    const InstanceIds = instances.map(({ InstanceId = '' }) => InstanceId);
    await world.run(world.administrator(target).terminateInstances({ InstanceIds }));
  }
};

const prepareExpiry = async (world: RecordedCloud) => {
  const at = (ms: number) => new Date(world.clock.now() + ms).toISOString().slice(0, 19).replace('T', ' ');
  const past = { ExpiresAt: at(-hourMs) };
  addImage(world, past, { launchPermissions: [{ UserId: '999999999999' }] });
  addImage(world, { ExpiresAt: at(dayMs) });
  await world.run(world.cloud.model.addInstance({ ...placeOf(world), name: 'old', tags: past }));
  const ec2 = world.administrator(first(world));
  await world.run(
    ec2.createVolume({
      ...{ AvailabilityZone: 'eu-west-1a', Size: 1, VolumeType: 'gp3' },
      TagSpecifications: [{ ResourceType: 'volume', Tags: [{ Key: 'ExpiresAt', Value: past.ExpiresAt }] }],
    }),
  );
  await world.pass(60_000);
  return null;
};

/** Unpackers of which one has a volume of a stream, which goes with it unless it is to be kept. */
const prepareTermination = (keepVolumes: boolean) => async (world: RecordedCloud) => {
  const instanceId = await unpackerOf(world);
  const tags = { ...published, 'ami-publisher:stream': 'base/web' };
  const volumeId = await attachVolume(world, first(world), instanceId, tags);
  const Ebs = { VolumeId: volumeId, DeleteOnTermination: true };
  const BlockDeviceMappings = [{ DeviceName: '/dev/sdf', Ebs }];
  const ec2 = world.administrator(first(world));
  await world.run(ec2.modifyInstanceAttribute({ InstanceId: instanceId, BlockDeviceMappings }));
  return { keepVolumes };
};

const prepareExclusiveTag = async (world: RecordedCloud) => {
  const name = { Name: 'base/web' };
  addImage(world, { ...name, Preferred: 'true' });
  addImage(world, { ...name, Preferred: 'yes' });
  addImage(world, name);
  addImage(world, { Name: 'base/other', Preferred: 'true' });
  const resources = named(world, [{ imageId: addImage(world, name) }]);
  return { resources, key: 'Preferred', value: 'true', removeName: false };
};

/** An AMI under a customer key that no other account may use yet. */
const prepareSharing = async (world: RecordedCloud) => {
  const kmsKey = world.cloud.model.addKmsKey(placeOf(world));
  const imageId = addImage(world, {}, { kmsKey });
  const grantees = [{ kind: 'account', id: '999999999999', organization: null, unit: null }];
  return { images: { resources: named(world, [{ imageId }]) }, grantees };
};

const permissionsOf = ({ text }: ChangeResult): ExpectedCall[] =>
  [...new Set(idsIn(text))].map((id) => [
    id.startsWith('ami-') ? 'modifyImageAttribute' : 'modifySnapshotAttribute',
    id,
  ]);

/** Every command that changes something, some in more than one way. */
export const changingCommands: readonly ChangingCommand[] = [
  {
    command: 'add-volumes',
    prepare: async (world) => {
      await stopUnpackers(world);
      return { sizeGiB: 2 };
    },
    stands: ({ resource }) => [
      ['startInstances', resource],
      ['attachVolume', resource, 'new'],
      ['claimDevice', resource, 'new'],
      ['createVolume'],
      ['modifyInstanceAttribute', resource, 'new'],
    ],
  },
  {
    command: 'copy-bootstrap-image',
    prepare: async (world) => {
      addImage(world, { Name: 'base/web', 'ami-publisher:leaf': '1' });
      addImage(world, { Name: 'base/other', 'ami-publisher:leaf': '1' });
      return { stream: 'base/web' };
    },
    stands: ({ resource }) => [
      ['modifySnapshotAttribute', resource],
      ['copySnapshot', resource],
      ['registerImage', 'new'],
      ['modifySnapshotAttribute', resource],
    ],
  },
  { command: 'delete', prepare: prepareDeletion(dayMs), stands: retired },
  { command: 'delete', prepare: prepareDeletion(null), stands: deleted },
  {
    command: 'delete-tags',
    prepare: async (world) => {
      const snapshotTags = { ...published, team: 'a' };
      const imageId = addImage(world, { team: 'a', other: 'b' }, { snapshotTags });
      const both = { imageId, snapshotId: await snapshotOf(world, imageId) };
      return { resources: named(world, [both, { imageId: addImage(world) }]), key: 'team' };
    },
    stands: only('deleteTags'),
  },
  {
    command: 'delete-tags-on-unpackers',
    prepare: async () => ({ keys: ['team'] }),
    stands: only('deleteTags'),
  },
  { command: 'delete-unused-images', prepare: prepareUnused(dayMs), stands: retired },
  { command: 'delete-unused-images', prepare: prepareUnused(null), stands: deleted },
  {
    command: 'expire',
    prepare: prepareExpiry,
    stands: (change) => dueFor[change.call]!(change),
  },
  {
    command: 'import-key-pair',
    prepare: async () => ({ name: 'team', publicKey: key }),
    stands: only('importKeyPair'),
  },
  {
    command: 'import-key-pair --replace',
    prepare: async (world) => {
      await importPair(world, otherKey);
      return { name: 'team', publicKey: key };
    },
    stands: ({ resource, text }) => [
      ...idsIn(text).map((id) => ['deleteKeyPair', id]),
      ['importKeyPair', resource],
    ],
  },
  {
    command: 'launch-instances',
    prepare: async (world) => {
      await terminateUnpackers(world);
      return { ...(await prepareLaunch(world)), readiness: 'running' };
    },
    stands: launched('team'),
  },
  {
    command: 'launch-instances --replace-instances',
    prepare: prepareLaunch,
    stands: (change) => (change.call === 'ec2:RunInstances' ? launched('team')(change) : terminated(change)),
  },
  {
    command: 'launch-instances-for-images',
    prepare: async (world) => {
      const { network } = await prepareLaunch(world);
      const images = [{ imageId: addImage(world) }, { imageId: addImage(world) }];
      return { resources: named(world, images), network };
    },
    stands: launched(),
  },
  {
    command: 'remove-unused-volumes',
    prepare: async (world) => {
      await attachVolume(world, first(world), await unpackerOf(world), published);
      return {};
    },
    stands: ({ resource, text }) => [
      ['deleteVolume', resource],
      ['detachVolume', ...idsIn(text).sort()],
      ['removeDevice', ...idsIn(text).sort()],
    ],
  },
  {
    command: 'set-exclusive-tags',
    prepare: prepareExclusiveTag,
    stands: ({ resource, text }) => [
      ['createTags', resource],
      ...[...new Set(idsIn(text))].filter((id) => id !== resource).map((id) => ['deleteTags', id]),
    ],
  },
  {
    command: 'set-tags-on-unpackers',
    prepare: async () => ({ tags: { team: 'images', contact: 'somebody' } }),
    stands: only('createTags'),
  },
  {
    command: 'share',
    prepare: async (world) => ({ ...(await prepareSharing(world)), grant: true }),
    stands: (change) => (change.call === 'kms:CreateGrant' ? [['createGrant']] : permissionsOf(change)),
  },
  {
    command: 'start-instances',
    prepare: async (world) => {
      await stopUnpackers(world);
      return { readiness: 'unpacker' };
    },
    stands: only('startInstances'),
  },
  {
    command: 'stop-idle-unpackers',
    prepare: async (world) => {
      await world.pass(hourMs);
      return {};
    },
    stands: ({ resource }) => [
      ['drain', resource],
      ['stopInstances', resource],
    ],
  },
  { command: 'terminate-instances', prepare: prepareTermination(false), stands: terminated },
  {
    command: 'terminate-instances',
    prepare: prepareTermination(true),
    stands: (change) => [
      ...terminated(change),
      ...(change.text.includes(', and keep the volumes ')
        ? [['modifyInstanceAttribute', change.resource]]
        : []),
    ],
  },
  {
    command: 'unshare',
    prepare: async (world) => {
      const request = await prepareSharing(world);
      const share = operationCommands.find(({ name }) => name === 'share')!;
      await world.run(world.operations.run(share, world.targets, { ...request, grant: true }));
      world.calls.length = 0;
      return request;
    },
    stands: permissionsOf,
  },
];
