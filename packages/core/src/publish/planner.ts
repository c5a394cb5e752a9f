import { randomBytes } from 'node:crypto';
import { AmiPublisherError, toAmiPublisherError } from '@ami-publisher/base';
import type { ImageSource, ImageSummary } from '@ami-publisher/image';
import type { Image } from '@aws-sdk/client-ec2';
import pMap from 'p-map';
import type { Cloud } from '../cloud/cloud.js';
import { describeImages } from '../cloud/describe.js';
import type { CallOptions } from '../cloud/ec2-api.js';
import { escapeFilterValue, fromTagList, tagKeys } from '../cloud/tags.js';
import type { JournalStore } from '../steps/journal.js';
import { compareTargets, formatTarget, type Target, targetKey } from '../target/target.js';
import type { UnpackerFleet } from '../unpacker/fleet.js';
import { idOf, noUnpacker, stateOf } from '../unpacker/instances.js';
import type { StreamVolume } from '../unpacker/stream-volume.js';
import { keyMatches, volumeSizeGiB } from '../unpacker/volumes.js';
import { renderAmiName, renderParameterName } from './ami-name.js';
import { estimatePlan, estimateTarget, type VolumeAction } from './estimate/estimate.js';
import { type History, readHistory } from './estimate/history.js';
import { type PublishOptions, type ResolvedPublishOptions, resolvePublishOptions } from './options.js';
import type { PlannedFailure, PlannedSkip, PlannedTarget, PublicationPlan } from './plan.js';
import {
  type Absence,
  type Division,
  divide,
  failedConsumers,
  type PlannedSharing,
  planSharingOf,
} from './plan-sharing.js';

export interface PlannerOptions {
  readonly cloud: Cloud;
  readonly images: ImageSource;
  readonly fleet: UnpackerFleet;
  /** Whose durations the estimate is made from. */
  readonly journals: JournalStore;
}

interface Common {
  readonly options: ResolvedPublishOptions;
  readonly image: ImageSummary;
  readonly amiName: string;
  readonly ssmParameter: string | null;
  readonly history: History;
  readonly division: Division;
  note(message: string): void;
}

type Planned =
  | { readonly planned: PlannedTarget }
  | { readonly skip: PlannedSkip }
  | { readonly failure: PlannedFailure };

/** Makes a plan by reading only: the image, and per target its unpackers, volumes and AMIs of the name. */
export const makePlan = async (
  planner: PlannerOptions,
  request: PublishOptions,
  call: CallOptions = {},
): Promise<PublicationPlan> => {
  const now = planner.cloud.clock.now();
  const options = resolvePublishOptions(request, now);
  const [image, history] = await Promise.all([
    planner.images.getImage(options.stream, options.leaf, call),
    readHistory(planner.journals),
  ]);
  const { stream, leaf, architecture } = options;
  const date = new Date(now).toISOString().slice(0, 10).replaceAll('-', '');
  const names = { stream, leaf, architecture, date };
  const amiName = renderAmiName(options.amiName, names);
  const ssmParameter = options.ssmParameter ? renderParameterName(options.ssmParameter, names) : null;
  const division = divide(request.targets.targets, options.sharingAccount ?? null);
  const notices = [...request.targets.notices];
  const note = (message: string) => void notices.push(message);
  const common = { options, image, amiName, ssmParameter, history, division, note };
  const planned = await pMap(division.publishing, (target) => planTarget(planner, target, common, call), {
    concurrency: options.concurrency,
  });
  const unresolved = request.targets.failures.map(({ account, region, error }) => ({
    ...{ account, region, code: error.code, message: error.message },
    bestEffort: planner.cloud.settings({ account, region }).bestEffort,
  }));
  const targets = planned.flatMap((one) => ('planned' in one ? [one.planned] : []));
  return {
    publicationId: newPublicationId(now),
    createdAt: new Date(now).toISOString(),
    options,
    manifestDigest: image.manifestDigest,
    usageBytes: image.usageBytes,
    contentBytes: image.contentBytes,
    entryCount: image.entryCount,
    amiName,
    ssmParameter,
    targets,
    skipped: planned.flatMap((one) => ('skip' in one ? [one.skip] : [])),
    failures: [
      ...unresolved,
      ...planned.flatMap((one) => ('failure' in one ? [one.failure] : [])),
      ...failedConsumers(planner.cloud, division, planned.flatMap(absenceOf)),
    ].sort(compareTargets),
    estimate: estimatePlan(
      targets.map(({ target: { region }, estimate }) => ({ region, estimate })),
      options.concurrency,
    ),
    notices,
  };
};

/** Of a target where nothing will be published, why those that were to have its AMI will not. */
const absenceOf = (planned: Planned): readonly Absence[] => {
  if ('skip' in planned) {
    const { target, reason } = planned.skip;
    const why = `nothing is published in ${formatTarget(target)}, since ${reason}; \`ami-publisher share\` shares what is there`;
    return [{ region: target.region, why }];
  }
  if (!('failure' in planned)) return [];
  const { account, region, message } = planned.failure;
  return [{ region, why: `nothing is published in ${account},${region}: ${message}` }];
};

/** `pub-20261122140312-7f3a9c01`: sorts by time, unique without coordination. */
const newPublicationId = (now: number): string =>
  `pub-${new Date(now).toISOString().slice(0, 19).replace(/[-:T]/g, '')}-${randomBytes(4).toString('hex')}`;

const planTarget = async (
  planner: PlannerOptions,
  target: Target,
  common: Common,
  call: CallOptions,
): Promise<Planned> => {
  const settings = planner.cloud.settings(target);
  try {
    const ec2 = await planner.cloud.ec2(target);
    const named = [{ Name: 'name', Values: [escapeFilterValue(common.amiName)] }];
    const [images, { instances, volume }] = await Promise.all([
      describeImages(ec2, named, call),
      planner.fleet.find(target, common.options.stream, call),
    ]);
    const existing = images.find(({ Name }) => Name === common.amiName);
    if (existing !== undefined) return { skip: skipOf(existing, target, settings.bestEffort, common) };
    const [instance] = instances;
    if (instance === undefined) throw noUnpacker(planner.fleet.instanceName, formatTarget(target));
    const kmsKey = settings.kmsKey ?? common.options.kmsKey;
    const volumeSize = volumeSizeGiB(common.image.usageBytes, common.options.minFreeBytes);
    const volumeAction = volumeActionOf(volume, volumeSize, kmsKey);
    const sharing = await planSharingOf(
      planner.cloud,
      {
        target,
        shareWith: common.options.shareWith ?? [],
        consumers: common.division.consumersIn(target.region),
        kmsKey: kmsKey ?? volume?.kmsKeys[0],
        note: common.note,
      },
      call,
    );
    return {
      planned: {
        target: { ...target },
        kmsKey,
        bestEffort: settings.bestEffort,
        instanceId: idOf(instance),
        instanceState: stateOf(instance),
        volumeId: volume?.volumeId ?? null,
        volumeSizeGiB: volumeSize,
        holdsLeaf: volume?.leaf || null,
        volumeAction,
        ...(sharing !== undefined && { sharing }),
        estimate: estimateTarget(common.history, {
          region: target.region,
          target: targetKey(target),
          options: common.options,
          contentBytes: common.image.contentBytes,
          instanceState: stateOf(instance),
          volumeAction,
          presentGiB: volume?.sizeGiB ?? 0,
          volumeSizeGiB: volumeSize,
        }),
        actions: actionsOf({
          instanceId: idOf(instance),
          state: stateOf(instance),
          volume,
          volumeAction,
          volumeSize,
          sharing,
          common,
        }),
      },
    };
  } catch (reason) {
    call.signal?.throwIfAborted();
    const error = toAmiPublisherError(reason).at(formatTarget(target));
    const { bestEffort } = settings;
    if (error.code === 'UNPACKER_NOT_FOUND' && common.options.ignoreMissingUnpackers) {
      return { skip: { target: { ...target }, imageId: null, reason: error.summary, bestEffort } };
    }
    const { account, region } = target;
    return {
      failure: { account, region, code: error.code, message: error.message, bestEffort: settings.bestEffort },
    };
  }
};

/** @throws `AMI_NAME_TAKEN` unless the AMI of the name is of exactly this image. */
const skipOf = (
  existing: Image,
  target: Target,
  bestEffort: boolean,
  { image, amiName }: Common,
): PlannedSkip => {
  const isSame =
    fromTagList(existing.Tags)[tagKeys.manifestDigest] === image.manifestDigest &&
    existing.State === 'available';
  if (isSame) {
    const imageId = existing.ImageId ?? '';
    return { target: { ...target }, imageId, reason: `${imageId} has this image already`, bestEffort };
  }
  throw new AmiPublisherError('AMI_NAME_TAKEN', {
    message: `the AMI name ${JSON.stringify(amiName)} belongs to ${existing.ImageId} (${existing.State}), which is not of this image`,
    target: formatTarget(target),
    call: 'ec2:DescribeImages',
    resource: existing.ImageId ?? amiName,
    remedy: 'choose another --ami-name, or deregister that AMI',
  });
};

const volumeActionOf = (
  volume: StreamVolume | undefined,
  volumeSize: number,
  kmsKey: string | null,
): VolumeAction => {
  if (volume === undefined) return 'create';
  if (!keyMatches(volume, kmsKey ?? undefined)) return 'replace';
  return volume.sizeGiB >= volumeSize ? 'keep' : 'grow';
};

interface Outlook {
  readonly instanceId: string;
  readonly state: string;
  readonly volume: StreamVolume | undefined;
  readonly volumeAction: VolumeAction;
  readonly volumeSize: number;
  readonly sharing: PlannedSharing | undefined;
  readonly common: Common;
}

const actionsOf = ({
  instanceId,
  state,
  volume,
  volumeAction,
  volumeSize,
  sharing,
  common,
}: Outlook): string[] => {
  const { options, amiName, ssmParameter } = common;
  const { leaf: holds = '', sizeGiB: presentGiB, volumeId } = volume ?? {};
  const ofVolume: Readonly<Record<VolumeAction, string>> = {
    create: `create a ${volumeSize} GiB gp3 volume`,
    replace: `create a ${volumeSize} GiB gp3 volume that replaces ${volumeId}, whose KMS key is another`,
    keep: `patch volume ${volumeId}${holds ? ` from ${holds}` : ''}`,
    grow: `grow volume ${volumeId} from ${presentGiB} to ${volumeSize} GiB${holds ? `, patch it from ${holds}` : ''}`,
  };
  return [
    state === 'running' ? `use unpacker ${instanceId}` : `start unpacker ${instanceId} (${state})`,
    ofVolume[volumeAction],
    `snapshot it as ${options.stream}/${options.leaf}`,
    `register ${options.architecture} AMI ${amiName}`,
    ...(options.deprecateAt === null ? [] : [`deprecate it at ${options.deprecateAt}`]),
    ...(options.deregistrationProtection ? ['protect it against deregistration'] : []),
    ...(sharing === undefined ? [] : [`share it with ${sharing.grantees.map(({ id }) => id).join(', ')}`]),
    ...(ssmParameter === null ? [] : [`set the SSM parameter ${ssmParameter} to it`]),
  ];
};
