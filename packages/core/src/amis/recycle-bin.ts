import { AmiPublisherError } from '@ami-publisher/base';
import { isNotFound } from '../cloud/aws-error.js';
import type { ChangeContext } from '../operations/command.js';
import { formatTarget } from '../target/target.js';
import { findImages, findSnapshots } from './look-up.js';

/** Restores an AMI whose snapshots are there; nothing happens to one that is there itself. @throws `AWS_NOT_FOUND` */
export const restoreImage = (context: ChangeContext, imageId: string): Promise<void> =>
  restore(context, imageId, {
    send: ({ services: { ec2 }, signal }) => ec2.restoreImageFromRecycleBin({ ImageId: imageId }, { signal }),
    find: ({ services: { ec2 }, signal }) => findImages(ec2, [imageId], { signal }),
  });

/** Restores a snapshot; nothing happens to one that is there. @throws `AWS_NOT_FOUND` */
export const restoreSnapshot = (context: ChangeContext, snapshotId: string): Promise<void> =>
  restore(context, snapshotId, {
    send: ({ services: { ec2 }, signal }) =>
      ec2.restoreSnapshotFromRecycleBin({ SnapshotId: snapshotId }, { signal }),
    find: ({ services: { ec2 }, signal }) => findSnapshots(ec2, [snapshotId], { signal }),
  });

interface Restoration {
  readonly send: (context: ChangeContext) => Promise<unknown>;
  readonly find: (context: ChangeContext) => Promise<readonly unknown[]>;
}

const restore = async (context: ChangeContext, id: string, { send, find }: Restoration): Promise<void> => {
  try {
    await send(context);
  } catch (reason) {
    if (!isNotFound(reason)) throw reason;
    const there = await find(context);
    if (there.length === 0) throw notInBin(id, formatTarget(context.target), reason);
  }
};

const notInBin = (id: string, target: string, cause: unknown): AmiPublisherError =>
  new AmiPublisherError('AWS_NOT_FOUND', {
    message: `${id} is not in Recycle Bin`,
    target,
    resource: id,
    remedy: 'publish it again; a retention rule of Recycle Bin would keep what is deleted for some days',
    cause,
  });
