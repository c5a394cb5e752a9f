import { deleteSnapshot } from '../amis/delete-snapshot.js';
import { tagKeys } from '../cloud/tags.js';
import type { ChangeContext } from '../operations/command.js';
import { listSettled } from '../steps/send-once.js';
import { formatTarget } from '../target/target.js';
import { type CopyChange, copyCall } from './copy-change.js';
import { copiesMadeHere, copySnapshot, transferStep } from './copy-snapshot.js';
import { type Need, removeLeft, whileHeld } from './while-held.js';

/** In the journal. */
const transferCall = `${copyCall} (transfer)`;

/** The same step, working in the account and region that the copy is from. */
const atSource = async (context: ChangeContext, { source }: CopyChange): Promise<ChangeContext> => {
  const { services } = context;
  const { cloud } = services;
  const [ec2, poller] = [await cloud.ec2(source), await cloud.poller(source)];
  return { ...context, target: source, services: { ...services, ec2, poller } };
};

/**
 * Makes a copy of the source's snapshot beside it, under a key that other accounts can use, while something is done with it. All changes of the
 * operation with that source have one; the last one deletes it.
 */
export const whileTransferable = async <T>(
  context: ChangeContext,
  change: CopyChange & { readonly transferKey: string },
  work: (snapshotId: string) => Promise<T>,
): Promise<T> => {
  const { description, resource, source, tags, transferKey } = change;
  const there = await atSource(context, change);
  const copy = {
    ...{ from: source, snapshotId: resource, description, kmsKey: transferKey },
    tags: { ...tags, [tagKeys.step]: transferStep },
  };
  const list = () => copiesMadeHere(there, 'transfer');
  const provide = async () => {
    const [made] = (await list()).filter(({ State }) => State === 'completed');
    return made?.SnapshotId ?? copySnapshot(there, copy, transferCall, list);
  };
  return whileHeld(context.services.cloud, { ...needOf(context, change), provide }, work);
};

/** Deletes the copies that an earlier process has left at a source, unless they are needed. */
export const removeTransferCopies = (context: ChangeContext, change: CopyChange): Promise<void> =>
  removeLeft(context.services.cloud, needOf(context, change));

const needOf = (context: ChangeContext, change: CopyChange): Omit<Need<string>, 'provide'> => {
  const { resource, source, transferKey } = change;
  return {
    key: `${context.publicationId} ${resource} under ${transferKey}`,
    remove: () => deleteTransferCopies(context, change),
    otherwise: `the copy of ${resource} under ${transferKey} is still in ${formatTarget(source)}`,
  };
};

const deleteTransferCopies = async (context: ChangeContext, change: CopyChange): Promise<void> => {
  const there = { ...(await atSource(context, change)), signal: new AbortController().signal };
  const copies = await listSettled(there, transferCall, undefined, {
    list: () => copiesMadeHere(there, 'transfer'),
    idOf: ({ SnapshotId }) => SnapshotId,
  });
  for (const { SnapshotId = '' } of copies) await deleteSnapshot(there, SnapshotId);
};
