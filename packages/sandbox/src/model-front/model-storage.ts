import type { SnapshotContent, StoredSnapshot, VolumeStorage } from '../model/ports.js';
import type { Place } from '../model/region-state.js';
import { notSealed } from '../storage/not-sealed.js';

/** What is on a volume of the model. */
export type VolumeContent =
  | { readonly kind: 'blank' }
  /** Being written, or half-written when its unpacker crashed. */
  | { readonly kind: 'partial'; readonly stream: string; readonly generation: number }
  | ({ readonly kind: 'image'; readonly sealed: boolean } & SnapshotContent);

interface Volume {
  sizeGiB: number;
  content: VolumeContent;
}

const blank: VolumeContent = { kind: 'blank' };
const bytesPerGiB = 2 ** 30;

/** Volumes and snapshots without files: of each, which release it holds. */
export class ModelStorage implements VolumeStorage {
  readonly #volumes = new Map<string, Volume>();
  readonly #snapshots = new Map<string, VolumeContent>();

  /** What a volume holds; blank for one that is not there. */
  content(volumeId: string): VolumeContent {
    return this.#volumes.get(volumeId)?.content ?? blank;
  }

  sizeBytes(volumeId: string): number {
    return (this.#volumes.get(volumeId)?.sizeGiB ?? 0) * bytesPerGiB;
  }

  /** Puts something else on a volume that is there. */
  write(volumeId: string, content: VolumeContent): void {
    const volume = this.#volumes.get(volumeId);
    if (volume !== undefined) volume.content = content;
  }

  async createVolume(
    _place: Place,
    volumeId: string,
    sizeGiB: number,
    source?: StoredSnapshot,
  ): Promise<void> {
    this.#volumes.set(volumeId, { sizeGiB, content: this.#snapshots.get(source?.snapshotId ?? '') ?? blank });
  }

  async resizeVolume(_place: Place, volumeId: string, sizeGiB: number): Promise<void> {
    const volume = this.#volumes.get(volumeId);
    if (volume !== undefined) volume.sizeGiB = sizeGiB;
  }

  async deleteVolume(_place: Place, volumeId: string): Promise<void> {
    this.#volumes.delete(volumeId);
  }

  async createSnapshot(
    _place: Place,
    volumeId: string,
    snapshotId: string,
  ): Promise<SnapshotContent | undefined> {
    const content = this.content(volumeId);
    this.#snapshots.set(snapshotId, content);
    if (content.kind === 'blank') return undefined;
    if (content.kind === 'partial' || !content.sealed) {
      this.#snapshots.delete(snapshotId);
      throw notSealed(volumeId, 'holds a file tree and is not sealed');
    }
    const { stream, leaf, manifestDigest, generation } = content;
    return { stream, leaf, manifestDigest, generation };
  }

  async copySnapshot(source: StoredSnapshot, _place: Place, snapshotId: string): Promise<void> {
    this.#snapshots.set(snapshotId, this.#snapshots.get(source.snapshotId) ?? blank);
  }

  async deleteSnapshot(_place: Place, snapshotId: string): Promise<void> {
    this.#snapshots.delete(snapshotId);
  }

  async attach(_place: Place, volumeId: string): Promise<string> {
    return volumeId;
  }

  async detach(): Promise<void> {}

  async close(): Promise<void> {}

  /** There are no files; the volume's id stands for its content. */
  volumePath(_place: Place, volumeId: string): string {
    return volumeId;
  }

  snapshotPath(_place: Place, snapshotId: string): string {
    return snapshotId;
  }
}
