import { randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { AmiPublisherError, type Clock } from '@ami-publisher/base';
import {
  Breather,
  estimateUsage,
  fileSystemError,
  formatImageName,
  fromText,
  type ImageName,
  type Manifest,
  ManifestParser,
  toText,
} from '@ami-publisher/image';
import { flushFileSystem, flushPath } from './flush.js';
import { imageFolder, type StoreLayout, streamFolder, streamOfFolder } from './layout.js';
import type { ObjectStore } from './object-store.js';

/** What the store keeps of an image beside its manifest; JSON in `image.json`. */
export interface StoredImage extends ImageName {
  readonly manifestDigest: string;
  readonly usageBytes: number;
  readonly contentBytes: number;
  readonly entryCount: number;
  readonly manifestBytes: number;
  /** RFC 3339, UTC. */
  readonly createdAt: string;
  /** Common name of who added it. */
  readonly createdBy: string;
}

const manifestFile = 'manifest.jsonl';
const imageFile = 'image.json';

const imageExists = (existing: StoredImage): AmiPublisherError =>
  new AmiPublisherError('IMAGE_EXISTS', {
    message: `image ${formatImageName(existing)} exists with another manifest (${existing.manifestDigest.slice(0, 16)}…)`,
    resource: formatImageName(existing),
    remedy: 'images are immutable: choose another leaf',
  });

/** Images in folders that appear complete or not at all. */
export class ImageStore {
  readonly #images = new Map<string, StoredImage>();
  readonly #adding = new Map<string, Promise<unknown>>();
  #lastCreatedMs = 0;

  constructor(
    readonly layout: StoreLayout,
    readonly objects: ObjectStore,
    readonly clock: Clock,
  ) {}

  /** Reads what is there. */
  load(): void {
    const images = readdirSync(this.layout.images).flatMap((folder) =>
      readdirSync(join(this.layout.images, folder)).map((leaf) => this.#read(streamOfFolder(folder), leaf)),
    );
    images.sort((a, b) =>
      a.createdAt < b.createdAt || (a.createdAt === b.createdAt && a.leaf < b.leaf) ? -1 : 1,
    );
    for (const image of images) this.#images.set(formatImageName(image), image);
    this.#lastCreatedMs = Date.parse(images.at(-1)?.createdAt ?? '1970-01-01T00:00:00Z');
  }

  find(name: ImageName): StoredImage | undefined {
    return this.#images.get(formatImageName(name));
  }

  /** In the order in which they were added. */
  list(stream?: string): StoredImage[] {
    return [...this.#images.values()].filter((image) => stream === undefined || image.stream === stream);
  }

  withManifest(digest: string): StoredImage | undefined {
    return this.list().find((image) => image.manifestDigest === digest);
  }

  manifestPath(image: StoredImage): string {
    return join(imageFolder(this.layout, image.stream, image.leaf), manifestFile);
  }

  /**
   * Adds an image. The same manifest again gives the image that is there.
   *
   * @throws `INVALID_MANIFEST`, `OBJECT_MISSING` naming a path, `IMAGE_EXISTS`, `NO_SPACE`, `CANCELLED`.
   */
  async add(
    name: ImageName,
    manifest: AsyncIterable<Uint8Array>,
    createdBy: string,
    signal: AbortSignal,
  ): Promise<{ readonly image: StoredImage; readonly isNew: boolean }> {
    const folder = join(this.layout.temporary, randomUUID());
    mkdirSync(folder);
    try {
      const { parsed, bytes } = await this.#receive(manifest, join(folder, manifestFile));
      await this.#checkObjects(parsed, signal);
      return await this.#oneAtATime(name, async () => {
        const existing = this.find(name);
        if (existing !== undefined && existing.manifestDigest !== parsed.digest) throw imageExists(existing);
        if (existing !== undefined) return { image: existing, isNew: false };
        const image = this.#describe(name, parsed, bytes, createdBy);
        await this.#commit(image, folder);
        return { image, isNew: true };
      });
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }

  async #receive(
    chunks: AsyncIterable<Uint8Array>,
    file: string,
  ): Promise<{ readonly parsed: Manifest; readonly bytes: number }> {
    const parser = new ManifestParser();
    let bytes = 0;
    const handle: FileHandle = await open(file, 'wx', 0o644);
    try {
      for await (const chunk of chunks) {
        parser.push(chunk);
        bytes += chunk.length;
        await handle.writeFile(chunk);
      }
    } catch (reason) {
      throw fileSystemError(reason, 'write', fromText(file));
    } finally {
      await handle.close();
    }
    return { parsed: parser.end(), bytes };
  }

  async #checkObjects(manifest: Manifest, signal: AbortSignal): Promise<void> {
    const breather = new Breather(signal);
    for (const entry of manifest.entries) {
      if (entry.type !== 'file' || entry.sha512 === undefined) continue;
      await breather.breathe();
      const size = this.objects.sizeOf(entry.sha512);
      if (size === entry.size) continue;
      const problem =
        size === undefined ? 'is missing' : `has ${size} bytes, and the manifest says ${entry.size}`;
      throw new AmiPublisherError('OBJECT_MISSING', {
        message: `object ${entry.sha512.slice(0, 16)}… of ${toText(entry.path)} ${problem}`,
        resource: entry.sha512,
        remedy: 'add the objects first',
      });
    }
  }

  #describe(name: ImageName, manifest: Manifest, manifestBytes: number, createdBy: string): StoredImage {
    // Later images are later, whatever the clock says: that is what "latest" means.
    this.#lastCreatedMs = Math.max(this.clock.now(), this.#lastCreatedMs + 1);
    return {
      ...name,
      manifestDigest: manifest.digest,
      ...estimateUsage(manifest.entries),
      entryCount: manifest.entries.length,
      manifestBytes,
      createdAt: new Date(this.#lastCreatedMs).toISOString(),
      createdBy,
    };
  }

  /** Objects and manifest are on the disk before the name is. */
  async #commit(image: StoredImage, folder: string): Promise<void> {
    writeFileSync(join(folder, imageFile), `${JSON.stringify(image, undefined, 2)}\n`);
    await flushFileSystem(this.layout.root);
    const parent = streamFolder(this.layout, image.stream);
    if (mkdirSync(parent, { recursive: true }) !== undefined) flushPath(this.layout.images);
    renameSync(folder, imageFolder(this.layout, image.stream, image.leaf));
    flushPath(parent);
    this.#images.set(formatImageName(image), image);
  }

  async #oneAtATime<T>(name: ImageName, work: () => Promise<T>): Promise<T> {
    const key = formatImageName(name);
    const before = this.#adding.get(key) ?? Promise.resolve();
    const run = before.then(work);
    const settled = run.then(
      () => {},
      () => {},
    );
    this.#adding.set(key, settled);
    try {
      return await run;
    } finally {
      if (this.#adding.get(key) === settled) this.#adding.delete(key);
    }
  }

  #read(stream: string, leaf: string): StoredImage {
    const file = join(imageFolder(this.layout, stream, leaf), imageFile);
    try {
      return JSON.parse(readFileSync(file, 'utf8')) as StoredImage;
    } catch (cause) {
      throw new AmiPublisherError('INVALID_CONFIGURATION', {
        message: `${file} is damaged`,
        resource: file,
        remedy: 'restore it, or move the folder of the image away and add the image again',
        cause,
      });
    }
  }
}
