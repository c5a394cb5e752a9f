import type { ModifyInstanceAttributeRequest } from '@aws-sdk/client-ec2';
import { ApiError, invalidCombination, missingParameter, required } from '../model/api-error.js';
import type { InstanceRecord } from '../model/records.js';
import { attachedVolumes } from './attachments.js';
import { type DescribeRules, describeRecords } from './describe.js';
import type { Ec2Context, Ec2Handler } from './handler.js';
import { reservationView, stateCodes } from './instance-views.js';
import { lookup } from './lookup.js';

const describeRules = ({ state }: Ec2Context): DescribeRules<InstanceRecord> => ({
  kind: 'instance',
  minResults: 5,
  filters: {
    architecture: ({ architecture }) => architecture,
    'availability-zone': ({ zone }) => zone,
    'block-device-mapping.delete-on-termination': ({ id }) =>
      attachedVolumes(state, id).map(({ attachment }) => String(attachment?.deleteOnTermination)),
    'block-device-mapping.device-name': ({ id }) =>
      attachedVolumes(state, id).flatMap(({ attachment }) => attachment?.device ?? []),
    'block-device-mapping.status': ({ id }) =>
      attachedVolumes(state, id).flatMap(({ attachment }) => attachment?.state ?? []),
    'block-device-mapping.volume-id': ({ id }) => attachedVolumes(state, id).map((volume) => volume.id),
    'client-token': ({ launch }) => launch?.clientToken,
    'image-id': ({ imageId }) => imageId,
    'instance-id': ({ id }) => id,
    'instance-state-code': (instance) => stateCodes[instance.state],
    'instance-state-name': (instance) => instance.state,
    'instance-type': ({ type }) => type,
    'key-name': ({ launch }) => launch?.keyName,
    'launch-time': ({ launchTime }) => launchTime,
    'owner-id': () => state.accountId,
    'private-ip-address': ({ address }) => address,
    'reservation-id': ({ reservationId }) => reservationId,
    'root-device-name': ({ rootDeviceName }) => rootDeviceName,
    'root-device-type': () => 'ebs',
    'subnet-id': ({ launch }) => launch?.subnetId,
    'virtualization-type': () => 'hvm',
    'vpc-id': ({ launch }) => launch?.vpcId,
  },
});

/** How long a terminated instance is still told of: "a short while, usually less than one hour". */
const rememberedMs = 60 * 60_000;

export const describeInstances: Ec2Handler<'DescribeInstances'> = (context, input) => {
  const { state, clock, lag } = context;
  const request = {
    ids: input.InstanceIds,
    filters: input.Filters,
    maxResults: input.MaxResults,
    nextToken: input.NextToken,
    lag,
  };
  const forgottenAt = clock.now() - rememberedMs;
  const { records, nextToken } = describeRecords(
    state.instances,
    describeRules(context),
    request,
    ({ terminatedAt = Number.POSITIVE_INFINITY }) => terminatedAt > forgottenAt,
  );
  return {
    Reservations: records.map((instance) => reservationView(context.state, instance)),
    NextToken: nextToken,
  };
};

type InstanceAttribute = (
  context: Ec2Context,
  instance: InstanceRecord,
  input: ModifyInstanceAttributeRequest,
) => void;

/** The attributes that can be modified, by the parameter that holds the new value. */
const attributes: { readonly [name in keyof ModifyInstanceAttributeRequest]?: InstanceAttribute } = {
  BlockDeviceMappings: ({ state }, instance, { BlockDeviceMappings = [] }) => {
    for (const { DeviceName, Ebs } of BlockDeviceMappings) {
      const volume = attachedVolumes(state, instance.id).find(
        ({ id, attachment }) => attachment?.device === DeviceName && (Ebs?.VolumeId ?? id) === id,
      );
      if (volume?.attachment === undefined) {
        throw new ApiError('InvalidInstanceAttributeValue', `No device is currently mapped at ${DeviceName}`);
      }
      const deleteOnTermination = Ebs?.DeleteOnTermination ?? volume.attachment.deleteOnTermination;
      state.volumes.update(volume.id, { attachment: { ...volume.attachment, deleteOnTermination } });
    }
  },
  DisableApiTermination: ({ state }, instance, { DisableApiTermination }) => {
    const disableApiTermination = required(DisableApiTermination?.Value, 'disableApiTermination.value');
    state.instances.update(instance.id, { disableApiTermination });
  },
  InstanceType: ({ state }, instance, { InstanceType }) => {
    if (instance.state !== 'stopped') {
      throw new ApiError(
        'IncorrectInstanceState',
        `The instance '${instance.id}' is not in the 'stopped' state.`,
      );
    }
    const type = required(InstanceType?.Value, 'instanceType.value') as InstanceRecord['type'];
    state.instances.update(instance.id, { type });
  },
};

/** EC2 takes one attribute at a time; those that this project never changes are not modelled. */
export const modifyInstanceAttribute: Ec2Handler<'ModifyInstanceAttribute'> = (context, input) => {
  const instance = lookup(context.state.instances, 'instance', input.InstanceId);
  const { InstanceId: _instance, DryRun: _dryRun, ...parameters } = input;
  const [name, ...others] = Object.keys(parameters) as (keyof ModifyInstanceAttributeRequest)[];
  if (name === undefined) throw missingParameter('attribute');
  if (others.length > 0) throw invalidCombination('Fields for multiple attribute types specified');
  const modify = attributes[name];
  if (modify === undefined)
    throw new ApiError('UnsupportedOperation', `The sandbox cannot modify the attribute ${name}.`);
  modify(context, instance, input);
  return {};
};
