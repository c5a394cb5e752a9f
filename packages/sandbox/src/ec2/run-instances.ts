import type * as ec2 from '@aws-sdk/client-ec2';
import { profileArnOf } from '../iam/pass-role.js';
import { takePublicAddress } from '../model/add-instance.js';
import { ApiError, invalidCombination, invalidParameter, required } from '../model/api-error.js';
import { newId, newResourceId } from '../model/ids.js';
import type { ImageRecord, InstanceRecord, LaunchRecord, SubnetRecord } from '../model/records.js';
import type { RegionState } from '../model/region-state.js';
import { oncePerToken } from './client-tokens.js';
import type { Ec2Context, Ec2Handler } from './handler.js';
import { poweredOff } from './instance-states.js';
import { reservationView } from './instance-views.js';
import { addLaunchVolumes } from './launch-volumes.js';
import { canDecrypt, type LaunchableImage, launchableImage } from './launchable-image.js';
import { lookup } from './lookup.js';
import { tagsAtCreation } from './tags.js';
import { terminate } from './terminate-instances.js';

/** What else the call makes that can have tags. */
const others = { others: ['instance', 'network-interface', 'volume'] };

/** Launches instances of an image into one subnet; they run what instances that were added run. */
export const runInstances: Ec2Handler<'RunInstances'> = async (context, input) => {
  const { state } = context;
  const reservationId = await oncePerToken(state, 'RunInstances', input, () => launch(context, input));
  const instances = state.instances.list().filter((instance) => instance.reservationId === reservationId);
  const views = instances.map((instance) => reservationView(state, instance));
  return { ...views[0], Instances: views.flatMap(({ Instances = [] }) => Instances) };
};

const launch = async (context: Ec2Context, input: ec2.RunInstancesRequest): Promise<string> => {
  const { state } = context;
  const count = checkCount(input);
  const launchable = checkImage(context, input);
  const { image } = launchable;
  const subnet = chooseSubnet(state, input);
  const record = launchRecord(state, input, image, subnet);
  const tags = tagsAtCreation('instance', input.TagSpecifications, others);
  tagsAtCreation('volume', input.TagSpecifications, others);
  checkRoom(state, input, subnet);
  const reservationId = newId('r');
  for (let made = 0; made < count; made += 1) {
    const instance = await addMachine(context, input, { image, subnet, record, reservationId, tags });
    if (!canDecrypt(context, launchable)) {
      failToBoot(context, instance.id);
      continue;
    }
    await addLaunchVolumes(context, instance, launchable, input);
    boot(context, instance.id);
  }
  return reservationId;
};

const checkCount = ({ MinCount, MaxCount }: ec2.RunInstancesRequest): number => {
  const least = required(MinCount, 'minCount');
  const most = required(MaxCount, 'maxCount');
  if (least >= 1 && least <= most) return most;
  throw invalidParameter('minCount', least, 'It must be at least 1, and at most maxCount.');
};

const checkImage = (
  context: Ec2Context,
  { ImageId, LaunchTemplate }: ec2.RunInstancesRequest,
): LaunchableImage => {
  if (LaunchTemplate !== undefined)
    throw new ApiError('UnsupportedOperation', 'The sandbox launches without launch templates only.');
  return launchableImage(context, required(ImageId, 'imageId'));
};

/** The one that is named, or the default one of a zone. */
const chooseSubnet = (state: RegionState, { SubnetId, Placement }: ec2.RunInstancesRequest): SubnetRecord => {
  const { subnets } = state.network;
  if (SubnetId !== undefined) return lookup(subnets, 'subnet', SubnetId);
  const zone = Placement?.AvailabilityZone;
  const found = subnets.list().find((subnet) => subnet.isDefault && (zone ?? subnet.zone) === subnet.zone);
  if (found !== undefined) return found;
  throw new ApiError('InvalidParameterValue', `Invalid availability zone: [${zone}]`);
};

const launchRecord = (
  state: RegionState,
  input: ec2.RunInstancesRequest,
  image: ImageRecord,
  { id: subnetId, vpcId }: SubnetRecord,
): LaunchRecord => {
  const { KeyName: keyName, IamInstanceProfile: profile, MetadataOptions, ClientToken } = input;
  if (keyName !== undefined && !state.keyPairs.list().some(({ name }) => name === keyName))
    throw new ApiError('InvalidKeyPair.NotFound', `The key pair '${keyName}' does not exist`);
  const profileName = profile?.Arn ?? profile?.Name;
  return {
    ...{
      clientToken: ClientToken,
      keyName,
      profileArn: profileName && profileArnOf(state, profileName),
      subnetId,
      vpcId,
    },
    httpTokens:
      MetadataOptions?.HttpTokens ?? (image.properties.ImdsSupport === 'v2.0' ? 'required' : 'optional'),
    securityGroupIds: chooseGroups(state, input.SecurityGroupIds, vpcId),
  };
};

const chooseGroups = (
  state: RegionState,
  ids: readonly string[] | undefined,
  vpcId: string,
): readonly string[] => {
  const { securityGroups } = state.network;
  if (ids === undefined || ids.length === 0)
    return securityGroups
      .list()
      .flatMap((group) => (group.vpcId === vpcId && group.name === 'default' ? group.id : []));
  for (const id of ids) {
    const group = lookup(securityGroups, 'security-group', id);
    if (group.vpcId !== vpcId)
      throw invalidCombination(`The security group '${id}' does not exist in VPC '${vpcId}'`);
  }
  return ids;
};

/** EC2 answers 500 for want of capacity, so clients repeat it before they give up. */
const checkRoom = (
  { fullZones }: RegionState,
  { InstanceType = 'm1.small' }: ec2.RunInstancesRequest,
  { id, zone, freeAddresses }: SubnetRecord,
): void => {
  if (freeAddresses === 0)
    throw new ApiError(
      'InsufficientFreeAddressesInSubnet',
      `There are not enough free addresses in subnet '${id}' to satisfy the requested number of instances.`,
    );
  if (fullZones.has(zone))
    throw new ApiError(
      'InsufficientInstanceCapacity',
      `We currently do not have sufficient ${InstanceType} capacity in the Availability Zone you requested (${zone}).`,
      500,
    );
};

interface Machine {
  readonly image: ImageRecord;
  readonly subnet: SubnetRecord;
  readonly record: LaunchRecord;
  readonly reservationId: string;
  readonly tags: ReadonlyMap<string, string>;
}

const addMachine = async (
  context: Ec2Context,
  { InstanceType, DisableApiTermination, UserData, ...input }: ec2.RunInstancesRequest,
  { image, subnet, record, reservationId, tags }: Machine,
): Promise<InstanceRecord> => {
  const { state, clock, hosts } = context;
  const id = newResourceId('instance');
  const switchedOff = input.InstanceInitiatedShutdownBehavior === 'terminate' ? terminate : poweredOff;
  const userData = UserData && {
    script: Buffer.from(UserData, 'base64').toString(),
    poweredOff: () => switchedOff(context, id),
  };
  return state.instances.insert({
    id,
    state: 'pending',
    type: InstanceType ?? 'm1.small',
    zone: subnet.zone,
    address: await hosts.create(state, id, userData || undefined),
    publicAddress: undefined,
    takesPublicAddress: false,
    hasSsmAgent: true,
    architecture: image.properties.Architecture ?? 'i386',
    rootDeviceName: image.properties.RootDeviceName ?? '',
    reservationId,
    launchTime: new Date(clock.now()),
    disableApiTermination: DisableApiTermination === true,
    imageId: image.id,
    launch: record,
    tags,
  });
};

const boot = (context: Ec2Context, id: string): void => {
  const { state, hosts, latency, logger, transitions } = context;
  transitions.after(latency.next('startInstanceMs'), async () => {
    await takePublicAddress(context, id);
    if (state.instances.get(id)?.state === 'pending') state.instances.update(id, { state: 'running' });
  });
  hosts.start(state, id).catch((error: unknown) => {
    logger.error(`the program of instance ${id} did not start`, { error });
  });
};

/** As EC2 has it where an encrypted volume cannot be made: the instance ends as soon as it is launched, and only its reason tells. */
const failToBoot = ({ state, clock, latency, transitions }: Ec2Context, id: string): void => {
  transitions.after(latency.next('startInstanceMs'), () => {
    state.instances.update(id, {
      state: 'terminated',
      stateReason: { Code: 'Client.InternalError', Message: 'Client.InternalError: Client error on launch' },
      terminatedAt: clock.now(),
    });
  });
};
