import type { Clock } from '@ami-publisher/base';
import { checkedClaim, type StreamClaim } from '../names.js';
import type { Download } from '../raw/download.js';
import type { RawDoor } from '../raw/raw-door.js';
import { sealedVolumeOf } from '../tasks/raw-volume.js';
import type { Unpacker } from '../unpacker.js';
import type { UnpackerCalls } from './messages.js';

/** How often a caller hears how far a download is, ms. */
const progressMs = 5_000;

interface RawOffer {
  readonly ticket?: string;
  readonly port?: number;
  readonly publicKeySha256?: string;
  readonly sizeBytes?: number;
  readonly leaf?: string;
  readonly manifestDigest?: string;
  readonly bytesDone?: number;
  readonly sha256?: string;
}

/** Handing volumes out by ticket; `shutDown` ends what is under way. */
export const offerCalls = (
  unpacker: Unpacker,
  shutDown: AbortSignal,
  door: RawDoor,
): Pick<UnpackerCalls, 'OfferRaw'> => ({
  OfferRaw: (request, { signal }) =>
    offered(unpacker, door, checkedClaim(request.lease), AbortSignal.any([signal, shutDown])),
});

/** The volume stays as it is until the caller leaves or all of it was fetched: the stream's turn lasts as long. */
async function* offered(
  unpacker: Unpacker,
  door: RawDoor,
  claim: StreamClaim,
  signal: AbortSignal,
): AsyncGenerator<RawOffer, void> {
  const { stream } = claim;
  const endTurn = await unpacker.holdTurn(claim, signal);
  const left = new AbortController();
  unpacker.markTransfer(stream, true);
  let download: Download | undefined;
  try {
    const { path, sizeBytes, label } = await sealedVolumeOf(unpacker, stream, { signal, report: () => {} });
    const volume = { stream, path, sizeBytes };
    const offer = await door.offer(volume, AbortSignal.any([signal, left.signal]));
    download = offer.download;
    const { ticket, port, publicKeySha256 } = offer;
    const { leaf, manifestDigest } = label;
    yield { ticket, port, publicKeySha256, sizeBytes, leaf, manifestDigest };
    yield* progressOf(download, unpacker.clock);
    yield { bytesDone: sizeBytes, sha256: await download.ended };
  } finally {
    left.abort(new Error('the caller has left'));
    await download?.over;
    unpacker.markTransfer(stream, false);
    endTurn();
  }
}

async function* progressOf(download: Download, clock: Clock): AsyncGenerator<RawOffer, void> {
  const over = new AbortController();
  void download.over.then(() => over.abort());
  for (;;) {
    await clock.sleep(progressMs, over.signal).catch(() => undefined);
    if (over.signal.aborted) return;
    yield { bytesDone: download.bytesDone };
  }
}
