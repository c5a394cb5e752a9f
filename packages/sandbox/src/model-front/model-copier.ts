import type { Clock } from '@ami-publisher/base';
import type { UnpackerFigures } from '../model-unpacker/figures.js';
import { contentDigest, type OfferedVolume } from '../model-unpacker/offer-call.js';
import type { ModelStorage } from './model-storage.js';

interface CopierHost {
  readonly clock: Clock;
  readonly storage: ModelStorage;
  readonly figures: UnpackerFigures;
  readonly attached: ReadonlySet<string>;
  readonly offerOf: (ticket: string) => OfferedVolume | undefined;
  /** The machine is stopped. */
  readonly signal: AbortSignal;
}

const attachmentMs = 600_000;

/** Does in virtual time what the script of \`copy-bootstrap-image\` says, which itself is not run. @returns what it writes to the console */
export const copyVolume = async (script: string, host: CopierHost): Promise<string> => {
  const told = new Map(
    [...script.matchAll(/^readonly (\w+)='([^']*)'$/gm)].map(([, name, value]) => [name, value]),
  );
  const serial = told.get('serial') ?? '';
  const outcome = await copy(serial.replace('vol', 'vol-'), told.get('ticket') ?? '', host).catch(
    (reason: unknown) => `failed with ${reason}`,
  );
  return `ami-publisher copier ${serial}: ${outcome}\n`;
};

const copy = async (volumeId: string, ticket: string, host: CopierHost): Promise<string> => {
  const { attached, clock, figures, offerOf, signal, storage } = host;
  const givesUpAt = clock.now() + attachmentMs;
  while (!attached.has(volumeId)) {
    if (clock.now() >= givesUpAt) return 'failed waiting for the volume (status 1)';
    await clock.sleep(1_000, signal);
  }
  const offer = offerOf(ticket);
  if (offer === undefined) return 'failed fetching the volume (status 22)';
  await clock.sleep((offer.sizeBytes / figures.volumeBytesPerSecond) * 1_000, signal);
  // It may have been withdrawn meanwhile.
  if (offerOf(ticket) === undefined) return 'failed fetching the volume (status 18)';
  storage.write(volumeId, offer.content);
  offer.fetched();
  return `copied bytes=${storage.sizeBytes(volumeId)} sha256=${contentDigest(storage.content(volumeId))}`;
};
