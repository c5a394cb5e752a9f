import { AmiPublisherError, type Clock } from '@ami-publisher/base';
import type { Capture, StepProgress, UnpackCounts } from '@ami-publisher/core';
import type { ModelImage, ModelImages } from '../model-front/model-images.js';
import type { ModelStorage, VolumeContent } from '../model-front/model-storage.js';
import type { UnpackerFigures } from './figures.js';
import type { SharedLink } from './shared-link.js';
import type { StreamRecord } from './stream-record.js';

type Report = (progress: StepProgress) => void;
type Readiness = 'scanned' | 'unpacked';

export interface VolumeWorkParts {
  readonly clock: Clock;
  readonly storage: ModelStorage;
  readonly images: ModelImages;
  /** Line to the image server, which the region's unpackers share. */
  readonly link: SharedLink;
  readonly figures: UnpackerFigures;
}

const meanEntryBytes = 50_000;

/** What one unpacker process does to volumes. What it has seen of them is lost with it; what it has written is not. */
export class VolumeWork {
  readonly #parts: VolumeWorkParts;
  readonly #readiness = new Map<string, Readiness>();

  constructor(parts: VolumeWorkParts) {
    this.#parts = parts;
  }

  content(volumeId: string): VolumeContent {
    return this.#parts.storage.content(volumeId);
  }

  readiness(volumeId: string): Readiness | undefined {
    return this.#readiness.get(volumeId);
  }

  /** Opens a volume and looks at its tree. */
  async prepare(stream: StreamRecord, volumeId: string, report: Report, signal: AbortSignal): Promise<void> {
    if (this.content(volumeId).kind === 'blank') return;
    this.unseal(stream, volumeId);
    if (this.#readiness.has(volumeId)) return;
    report({ phase: 'scan' });
    const { clock, figures } = this.#parts;
    await clock.sleep((this.#entriesOn(volumeId) / figures.scannedEntriesPerSecond) * 1000, signal);
    this.#readiness.set(volumeId, 'scanned');
  }

  /** Makes a volume hold exactly an image; until it does, it is half-written. */
  async unpack(
    stream: StreamRecord,
    volumeId: string,
    wanted: { readonly leaf: string; readonly manifestDigest: string },
    report: Report,
    signal: AbortSignal,
  ): Promise<UnpackCounts> {
    const before = this.content(volumeId);
    if (holds(before, wanted)) return untouched(before);
    const image = this.#parts.images.withDigest(wanted.manifestDigest);
    const bytes = before.kind === 'image' ? image.changedBytes : image.contentBytes;
    const generation = nextGeneration(stream, before);
    this.#write(stream, volumeId, { kind: 'partial', stream: stream.name, generation });
    this.#readiness.delete(volumeId);
    report({ phase: 'fetch', bytesDone: 0, bytesTotal: bytes });
    await this.#copy(bytes, signal);
    const { leaf, manifestDigest } = wanted;
    const { name } = stream;
    this.#write(stream, volumeId, {
      kind: 'image',
      sealed: false,
      stream: name,
      leaf,
      manifestDigest,
      generation,
    });
    this.#readiness.set(volumeId, 'unpacked');
    return countsOf(image, bytes, generation);
  }

  /** Closes a volume that holds an image. @throws `NOT_SEALABLE` */
  async seal(volumeId: string, report: Report, signal: AbortSignal): Promise<Capture> {
    const content = this.content(volumeId);
    if (content.kind !== 'image') throw notSealable(volumeId, content);
    const { leaf, manifestDigest, generation, sealed } = content;
    if (!sealed) {
      report({ phase: 'seal' });
      await this.#parts.clock.sleep(this.#parts.figures.sealMs, signal);
      this.#parts.storage.write(volumeId, { ...content, sealed: true });
      this.#readiness.delete(volumeId);
    }
    return { leaf, manifestDigest, generation };
  }

  /** Opens a sealed volume for writing, at a new generation. */
  unseal(stream: StreamRecord, volumeId: string): void {
    const content = this.content(volumeId);
    if (content.kind !== 'image' || !content.sealed) return;
    const generation = nextGeneration(stream, content);
    this.#write(stream, volumeId, { ...content, sealed: false, generation });
    this.#readiness.delete(volumeId);
  }

  wipe(volumeId: string): void {
    this.#parts.storage.write(volumeId, { kind: 'blank' });
    this.#readiness.delete(volumeId);
  }

  #write(stream: StreamRecord, volumeId: string, content: Exclude<VolumeContent, { kind: 'blank' }>): void {
    this.#parts.storage.write(volumeId, content);
    stream.generation = Math.max(stream.generation, content.generation);
  }

  /** Fetching and writing go on side by side; the slower one counts. */
  async #copy(bytes: number, signal: AbortSignal): Promise<void> {
    const { clock, link, figures } = this.#parts;
    const writtenAt = clock.now() + (bytes / figures.volumeBytesPerSecond) * 1000;
    await link.transfer(bytes, signal);
    await clock.sleep(writtenAt - clock.now(), signal);
  }

  #entriesOn(volumeId: string): number {
    const content = this.content(volumeId);
    return content.kind === 'image' ? this.#parts.images.withDigest(content.manifestDigest).entryCount : 0;
  }
}

const holds = (
  content: VolumeContent,
  wanted: { readonly leaf: string; readonly manifestDigest: string },
): boolean =>
  content.kind === 'image' &&
  content.leaf === wanted.leaf &&
  content.manifestDigest === wanted.manifestDigest;

export const generationOf = (content: VolumeContent): number =>
  content.kind === 'blank' ? 0 : content.generation;

const nextGeneration = (stream: StreamRecord, content: VolumeContent): number =>
  Math.max(stream.generation, generationOf(content)) + 1;

const noCounts = { filesWritten: 0, filesRemoved: 0, metadataChanged: 0, bytesFetched: 0, bytesWritten: 0 };

const untouched = (content: VolumeContent): UnpackCounts => ({
  ...noCounts,
  generation: generationOf(content),
});

const countsOf = (image: ModelImage, bytes: number, generation: number): UnpackCounts => ({
  ...noCounts,
  generation,
  filesWritten: bytes === image.contentBytes ? image.entryCount : Math.ceil(bytes / meanEntryBytes),
  bytesFetched: bytes,
  bytesWritten: bytes,
});

const notSealable = (volumeId: string, content: VolumeContent): AmiPublisherError =>
  new AmiPublisherError('NOT_SEALABLE', {
    message: `volume ${volumeId} does not hold one whole image: it is ${content.kind}`,
    resource: volumeId,
    remedy: 'unpack an image first',
  });
