import { randomUUID } from 'node:crypto';
import {
  createReadStream,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { AmiPublisherError, type Clock } from '@ami-publisher/base';
import { formatImageName, type ImageName } from '@ami-publisher/image';
import { byAge, type ImageRecord } from '../../images/image-record.js';
import type { ReceivedManifest } from '../../images/receive-manifest.js';
import type { ImageStore, ImageVersion, StoredManifest } from '../store.js';
import { flushFileSystem, flushPath } from './flush.js';
import { imageFolder, type StoreLayout, streamFolder, streamOfFolder } from './layout.js';

const manifestFile = 'manifest.jsonl';
const imageFile = 'image.json';
const readBytes = 256 * 1024;

/** A manifest whose image is not there yet. */
interface Declared extends StoredManifest {
  readonly file: string;
}

const toText = (image: ImageRecord): string => `${JSON.stringify(image, undefined, 2)}\n`;

/** Images in folders that appear complete or not at all; their records are in memory, too. */
export class DirectoryImages implements ImageStore {
  readonly #images = new Map<string, ImageVersion>();
  readonly #declared = new Set<Declared>();

  constructor(
    readonly layout: StoreLayout,
    readonly clock: Clock,
  ) {}

  /** Reads what is there. @throws `INVALID_CONFIGURATION` if a record is damaged. */
  load(): void {
    const images = readdirSync(this.layout.images).flatMap((folder) =>
      readdirSync(join(this.layout.images, folder)).map((leaf) => this.#load(streamOfFolder(folder), leaf)),
    );
    for (const image of images.sort(byAge)) this.#keep(image);
  }

  async find(name: ImageName): Promise<ImageVersion | undefined> {
    return this.#images.get(formatImageName(name));
  }

  async list(): Promise<readonly ImageVersion[]> {
    return [...this.#images.values()];
  }

  async manifests(): Promise<readonly StoredManifest[]> {
    const ofImages = [...this.#images.values()].flatMap(({ image }) => {
      const stat = lstatSync(this.#manifestPath(image), { throwIfNoEntry: false });
      const name = { stream: image.stream, leaf: image.leaf };
      return stat === undefined ? [] : [{ name, digest: image.manifestDigest, storedAtMs: stat.mtimeMs }];
    });
    return [...ofImages, ...this.#declared];
  }

  async readManifest(name: ImageName, digest: string): Promise<AsyncIterable<Uint8Array> | undefined> {
    const declared = this.#declaredAs(name, digest);
    const isOfImage = this.#images.get(formatImageName(name))?.image.manifestDigest === digest;
    const file = declared?.file ?? this.#manifestPath(name);
    if (declared === undefined && !isOfImage) return undefined;
    if (lstatSync(file, { throwIfNoEntry: false }) === undefined) return undefined;
    return createReadStream(file, { highWaterMark: readBytes });
  }

  async declare(name: ImageName, manifest: ReceivedManifest): Promise<() => Promise<void>> {
    const { file, digest } = manifest;
    const declared: Declared = { name, file, digest, storedAtMs: this.clock.now() };
    this.#declared.add(declared);
    return async () => {
      this.#declared.delete(declared);
    };
  }

  /** Objects and manifest are on the disk before the name is. */
  async create(image: ImageRecord): Promise<boolean> {
    const declared = this.#declaredAs(image, image.manifestDigest);
    if (declared === undefined) throw new Error(`the manifest of ${formatImageName(image)} was not declared`);
    const folder = join(this.layout.temporary, randomUUID());
    mkdirSync(folder);
    linkSync(declared.file, join(folder, manifestFile));
    writeFileSync(join(folder, imageFile), toText(image));
    await flushFileSystem(this.layout.root);
    if (this.#images.has(formatImageName(image))) {
      rmSync(folder, { recursive: true });
      return false;
    }
    const parent = streamFolder(this.layout, image.stream);
    if (mkdirSync(parent, { recursive: true }) !== undefined) flushPath(this.layout.images);
    renameSync(folder, imageFolder(this.layout, image.stream, image.leaf));
    flushPath(parent);
    this.#keep(image);
    return true;
  }

  async replaceManifest(name: ImageName, manifest: ReceivedManifest): Promise<void> {
    const folder = imageFolder(this.layout, name.stream, name.leaf);
    flushPath(manifest.file);
    renameSync(manifest.file, join(folder, manifestFile));
    flushPath(folder);
  }

  async change(before: ImageVersion, image: ImageRecord): Promise<boolean> {
    const current = this.#images.get(formatImageName(image));
    if (current?.version !== before.version) return false;
    const folder = imageFolder(this.layout, image.stream, image.leaf);
    const temporary = join(this.layout.temporary, randomUUID());
    writeFileSync(temporary, toText(image));
    flushPath(temporary);
    renameSync(temporary, join(folder, imageFile));
    flushPath(folder);
    this.#keep(image);
    return true;
  }

  async removeManifest(name: ImageName, _digest: string): Promise<void> {
    rmSync(this.#manifestPath(name), { force: true });
  }

  #declaredAs(name: ImageName, digest: string): Declared | undefined {
    return [...this.#declared].find(
      (declared) => declared.digest === digest && formatImageName(declared.name) === formatImageName(name),
    );
  }

  #keep(image: ImageRecord): void {
    this.#images.set(formatImageName(image), { image, version: toText(image) });
  }

  #manifestPath(name: ImageName): string {
    return join(imageFolder(this.layout, name.stream, name.leaf), manifestFile);
  }

  #load(stream: string, leaf: string): ImageRecord {
    const file = join(imageFolder(this.layout, stream, leaf), imageFile);
    try {
      return JSON.parse(readFileSync(file, 'utf8')) as ImageRecord;
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
