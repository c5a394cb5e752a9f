import { AmiPublisherError } from '@ami-publisher/base';
import type { Snapshot } from '@aws-sdk/client-ec2';
import { untilCompleted } from '../amis/until-usable.js';
import { noId } from '../cloud/aws-error.js';
import type { ChangeContext } from '../operations/command.js';
import { listSettled, sendOnce } from '../steps/send-once.js';
import { formatTarget, targetKey } from '../target/target.js';
import { type Copier, copierDone, launchCopier, removeCopiers } from './copier.js';
import type { CopierReport } from './copier-script.js';
import { snapshotTags } from './copy-change.js';
import { adoptOne, copiesMadeHere } from './copy-snapshot.js';
import type { InstanceCopy } from './instance-change.js';
import { type OfferedVolume, whileOffered } from './offered-volume.js';
import { whileHeld } from './while-held.js';

/** The call that makes the snapshot, once the copy is known to be good. */
export const snapshotCall = 'ec2:CreateSnapshot';

/** Copies a volume by a temporary instance, which goes when it is copied. @returns the id of the snapshot of the copy, complete */
export const copyByInstance = async (context: ChangeContext, change: InstanceCopy): Promise<string> => {
  const { publicationId, services, target } = context;
  const made = await snapshotMade(context);
  const copier: Copier = {};
  const need = {
    key: `copier of ${publicationId} in ${targetKey(target)}`,
    // What an earlier process has left; its ticket is good for nothing.
    provide: () => (made === undefined ? removeCopiers(context) : Promise.resolve()),
    remove: () => removeCopiers(context, copier),
    otherwise: `the instance or the volume that copies is still in ${formatTarget(target)}`,
  };
  return whileHeld(services.cloud, need, async () => {
    const snapshotId = made ?? (await copyAnew(context, change, copier));
    await untilCompleted(context, snapshotId);
    return snapshotId;
  });
};

/** The snapshot of an earlier try; it was begun only after what was copied had been compared. */
const snapshotMade = async (context: ChangeContext): Promise<string | undefined> => {
  if (context.openIntent(snapshotCall) === undefined) return undefined;
  const made = await listSettled(context, snapshotCall, undefined, {
    list: () => copiesMadeHere(context, 'lasting'),
    idOf: ({ SnapshotId }) => SnapshotId,
  });
  return (await adoptOne(context, made))?.SnapshotId;
};

const copyAnew = async (context: ChangeContext, change: InstanceCopy, copier: Copier): Promise<string> => {
  await whileOffered(context, change, async (offered) => {
    await launchCopier(context, change, offered, copier);
    await compare(await copierDone(context, copier, offered.fetched), offered, copier);
  });
  return snapshotOf(context, change, copier);
};

/** @throws `RESOURCE_FAILED` unless the copy has the size and the digest of what the unpacker sent */
const compare = async (
  report: CopierReport,
  { offer, fetched }: OfferedVolume,
  { instanceId = '', volumeId = '' }: Copier,
): Promise<void> => {
  if ('failed' in report) throw notCopied(instanceId, `${instanceId} failed ${report.failed}`);
  const { sizeBytes, sha256 } = report.copied;
  if (sizeBytes !== offer.sizeBytes)
    throw notCopied(volumeId, `${volumeId} has ${sizeBytes} bytes, and its original ${offer.sizeBytes}`);
  const wanted = await fetched;
  if (sha256 !== wanted)
    throw notCopied(volumeId, `the SHA-256 of ${volumeId} is ${sha256}, and that of its original ${wanted}`);
};

const notCopied = (resource: string, message: string): AmiPublisherError =>
  new AmiPublisherError('RESOURCE_FAILED', {
    message,
    resource,
    remedy:
      'see that the copier can reach the raw port of the unpacker; then resume the operation, which copies anew',
  });

const snapshotOf = async (
  context: ChangeContext,
  { description, tags }: InstanceCopy,
  { volumeId = '' }: Copier,
): Promise<string> => {
  const { publicationId, services, signal } = context;
  const request = {
    VolumeId: volumeId,
    Description: description,
    TagSpecifications: snapshotTags(tags, publicationId),
  };
  const { SnapshotId } = await sendOnce<Pick<Snapshot, 'SnapshotId'>, typeof services, unknown>(context, {
    call: snapshotCall,
    request: { volumeId },
    find: async () => adoptOne(context, await copiesMadeHere(context, 'lasting')),
    send: () => services.ec2.createSnapshot(request, { signal }),
  });
  if (SnapshotId === undefined) throw noId(snapshotCall, 'snapshot');
  return SnapshotId;
};
