import { createHash, randomBytes } from 'node:crypto';
import { AmiPublisherError } from '@ami-publisher/base';
import type { LeaseRef, RawOffer } from '@ami-publisher/core';
import { ConnectionClosed } from '../faults/connection-closed.js';
import type { VolumeContent } from '../model-front/model-storage.js';
import type { ModelUnpacker, UnpackerProcess } from './model-unpacker.js';

/** A volume of the model that can be fetched. */
export interface OfferedVolume {
  readonly content: VolumeContent;
  readonly sizeBytes: number;
  /** Tells that it was fetched. */
  readonly fetched: () => void;
}

interface OfferCall {
  readonly lease: LeaseRef;
  readonly take: (offer: RawOffer) => void;
  /** Aborts when nobody waits for the answer any more. */
  readonly gone: AbortSignal;
}

const ticketMs = 15 * 60_000;
const rawPort = 6976;

/** Offers the sealed volume of a stream in its turn, until it was fetched. @throws `NOT_SEALABLE`, `TIMED_OUT`, `LEASE_LOST` */
export const offerRaw = (
  unpacker: ModelUnpacker,
  process: UnpackerProcess,
  { lease, take, gone }: OfferCall,
): Promise<string> =>
  unpacker.underLease(process, lease, async (stream) => {
    const { clock, storage } = unpacker.parts;
    const volumeId = unpacker.volumeOf(stream);
    const signal = AbortSignal.any([gone, process.ended.signal]);
    const { leaf, manifestDigest } = await process.work.seal(volumeId, () => {}, signal);
    const ticket = randomBytes(32).toString('base64url');
    const [content, sizeBytes] = [storage.content(volumeId), storage.sizeBytes(volumeId)];
    const over = new AbortController();
    let isFetched = false;
    const fetched = () => {
      isFetched = true;
      over.abort();
    };
    unpacker.offers.set(ticket, { content, sizeBytes, fetched });
    take({ ticket, port: rawPort, publicKeySha256: '', sizeBytes, leaf, manifestDigest });
    try {
      await clock.sleep(ticketMs, AbortSignal.any([signal, over.signal])).catch(() => undefined);
    } finally {
      unpacker.offers.delete(ticket);
    }
    if (isFetched) return contentDigest(content);
    if (signal.aborted) throw new ConnectionClosed();
    throw new AmiPublisherError('TIMED_OUT', {
      message: `nobody fetched the volume of stream ${stream.name}`,
      resource: stream.name,
    });
  });

/** What stands for the digest of a volume of the model. */
export const contentDigest = (content: VolumeContent): string =>
  createHash('sha256').update(JSON.stringify(content)).digest('hex');
