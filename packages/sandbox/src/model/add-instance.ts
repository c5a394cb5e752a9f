import type { Ec2Context } from '../ec2/handler.js';
import type { InstanceOptions } from './cloud-options.js';
import { newId, newResourceId } from './ids.js';
import { zonesOf } from './world.js';

const rootVolumeGiB = 8;
const rootDeviceName = '/dev/xvda';

/** Makes an instance and its root volume, and boots it. @returns its id */
export const addInstance = async (context: Ec2Context, options: InstanceOptions): Promise<string> => {
  const { state, clock, hosts } = context;
  const id = newResourceId('instance');
  const zone = options.zone ?? zonesOf(state.region)[0]!;
  const instanceState = options.state ?? 'running';
  const address = await hosts.create(state, id);
  state.instances.insertSettled({
    id,
    state: instanceState,
    type: options.type ?? 'm6i.large',
    zone,
    address,
    publicAddress: undefined,
    takesPublicAddress: options.publicAddress === true,
    hasSsmAgent: options.ssmAgent !== false,
    architecture: options.architecture ?? 'x86_64',
    rootDeviceName,
    reservationId: newId('r'),
    launchTime: new Date(clock.now()),
    imageId: options.imageId,
    disableApiTermination: false,
    tags: new Map(Object.entries({ Name: options.name, ...options.tags })),
  });
  await addRootVolume(context, id, zone);
  if (instanceState === 'running') {
    await hosts.start(state, id);
    await takePublicAddress(context, id);
  }
  return id;
};

/** Gives an instance that starts a public address, if it is to have one. */
export const takePublicAddress = async ({ state, hosts }: Ec2Context, id: string): Promise<void> => {
  if (!state.instances.get(id)?.takesPublicAddress) return;
  state.instances.update(id, { publicAddress: await hosts.openPublicAddress(state, id) });
};

/** The root volume is there for callers to see; the machine does not use it. */
const addRootVolume = async (
  { state, clock, storage }: Ec2Context,
  instanceId: string,
  zone: string,
): Promise<void> => {
  const id = newResourceId('volume');
  const now = new Date(clock.now());
  await storage.createVolume(state, id, rootVolumeGiB);
  state.volumes.insertSettled({
    id,
    state: 'in-use',
    sizeGiB: rootVolumeGiB,
    type: 'gp3',
    iops: 3000,
    throughput: 125,
    zone,
    kmsKey: undefined,
    snapshotId: undefined,
    createTime: now,
    captures: [],
    attachment: {
      instanceId,
      device: rootDeviceName,
      state: 'attached',
      attachTime: now,
      deleteOnTermination: true,
    },
    tags: new Map(),
  });
};
