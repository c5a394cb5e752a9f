import { AmiPublisherError, isAmiPublisherError } from '@ami-publisher/base';
import type { Instance } from '@aws-sdk/client-ec2';
import type { ChangeContext } from '../operations/command.js';
import { formatTarget, targetKey } from '../target/target.js';
import { idOf } from '../unpacker/instances.js';
import { type KeptLease, keepLease } from '../unpacker/lease-keeper.js';
import type { RawOffer, UnpackerClient } from '../unpacker/unpacker-client.js';
import type { InstanceCopy } from './instance-change.js';

/** A volume that is to be fetched. */
export interface OfferedVolume {
  readonly offer: RawOffer;
  /** Of the instance of its unpacker. */
  readonly address: string;
  /** SHA-256 of the volume as it was fetched; rejects if it was not. */
  readonly fetched: Promise<string>;
}

/** How often a volume that a publication works on is asked for again, ms. */
const askAgainMs = 10_000;

/**
 * Has the source's unpacker offer its volume while something is done. Others that want the same volume wait for their turn, and so does this for
 * them.
 *
 * @throws `RESOURCE_FAILED` if the volume holds another release by now
 */
export const whileOffered = async <T>(
  context: ChangeContext,
  change: InstanceCopy,
  work: (offered: OfferedVolume) => Promise<T>,
): Promise<T> => {
  const { services, signal } = context;
  const { source, stream, unpackerId: instanceId } = change;
  const { client, instance } = await services.fleet().connect(source, stream, { signal, instanceId });
  try {
    const lease = await leaseWhenFree(context, client, change);
    try {
      return await offering(context, change, { client, instance, lease }, work);
    } finally {
      await lease.release();
    }
  } finally {
    client.close();
  }
};

const leaseWhenFree = async (
  context: ChangeContext,
  client: UnpackerClient,
  { stream, source }: InstanceCopy,
): Promise<KeptLease> => {
  const { clock, logger, publicationId, signal, target } = context;
  const publication = `${publicationId}/${targetKey(target)}`;
  for (;;) {
    try {
      return await keepLease(client, { stream, publication, clock, logger, signal });
    } catch (reason) {
      if (!isAmiPublisherError(reason) || reason.code !== 'LEASE_HELD') throw reason;
      context.progress({ phase: `waiting for the volume in ${formatTarget(source)}` });
      await clock.sleep(askAgainMs, signal);
    }
  }
};

interface Unpacker {
  readonly client: UnpackerClient;
  readonly instance: Instance;
  readonly lease: KeptLease;
}

const offering = async <T>(
  { signal, progress }: ChangeContext,
  change: InstanceCopy,
  { client, instance, lease }: Unpacker,
  work: (offered: OfferedVolume) => Promise<T>,
): Promise<T> => {
  const over = new AbortController();
  let take: (offer: RawOffer) => void = () => {};
  const offered = new Promise<RawOffer>((resolve) => {
    take = resolve;
  });
  const fetched = client.offerRaw(take, lease.ref, {
    signal: AbortSignal.any([signal, lease.lost, over.signal]),
    onProgress: progress,
  });
  fetched.catch(() => undefined);
  try {
    const offer = await Promise.race([offered, fetched.then(() => offered)]);
    checkRelease(change, offer);
    return await work({ offer, address: addressOf(change, instance), fetched });
  } finally {
    over.abort(new AmiPublisherError('CANCELLED', { message: 'the volume is not offered any more' }));
    await fetched.catch(() => undefined);
  }
};

const checkRelease = ({ stream, leaf, manifestDigest, unpackerId }: InstanceCopy, offer: RawOffer): void => {
  if (offer.leaf === leaf && offer.manifestDigest === manifestDigest) return;
  throw new AmiPublisherError('RESOURCE_FAILED', {
    message: `the volume of ${stream} at ${unpackerId} holds ${offer.leaf} by now, and not ${leaf} as was planned`,
    resource: unpackerId,
    remedy: 'run the command once more',
  });
};

const addressOf = ({ sourceAddress }: InstanceCopy, instance: Instance): string => {
  const address = sourceAddress === 'public' ? instance.PublicIpAddress : instance.PrivateIpAddress;
  if (address !== undefined && address !== '') return address;
  throw new AmiPublisherError('RESOURCE_FAILED', {
    message: `${idOf(instance)} has no ${sourceAddress} address`,
    resource: idOf(instance),
    remedy: 'choose the other one with --source-address',
  });
};
