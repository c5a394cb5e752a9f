import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Clock, type Logger, silentLogger, systemClock } from '@ami-publisher/base';
import { parseManifest } from '@ami-publisher/image';
import { lockDirectory } from './directory-lock.js';
import { flushFileSystem } from './flush.js';
import { ImageStore } from './image-store.js';
import { type StoreLayout, storeLayout } from './layout.js';
import { ObjectStore } from './object-store.js';

/** Options of `DirectoryStore.open`. */
export interface DirectoryStoreOptions {
  /** Made if it is not there. */
  readonly dataDir: string;
  readonly clock?: Clock | undefined;
  readonly logger?: Logger | undefined;
}

/** Images and objects in one directory, which one process works in. */
export class DirectoryStore {
  readonly objects: ObjectStore;
  readonly images: ImageStore;

  private constructor(
    readonly layout: StoreLayout,
    clock: Clock,
    readonly unlock: () => void,
  ) {
    this.objects = new ObjectStore(layout);
    this.images = new ImageStore(layout, this.objects, clock);
  }

  /**
   * Opens a store and puts right what a crash has left: files in the making go, and so do objects that no image lists, which may be
   * torn.
   *
   * @throws `DIRECTORY_LOCKED` if another process works there; `INVALID_CONFIGURATION` or `INVALID_MANIFEST`
   * if an image is damaged: nothing is dropped then.
   */
  static async open(options: DirectoryStoreOptions): Promise<DirectoryStore> {
    const layout = storeLayout(options.dataDir);
    mkdirSync(layout.root, { recursive: true, mode: 0o755 });
    const unlock = lockDirectory(layout.lock, layout.root);
    try {
      rmSync(layout.temporary, { recursive: true, force: true });
      for (const folder of [layout.temporary, layout.objects, layout.images])
        mkdirSync(folder, { recursive: true });
      const store = new DirectoryStore(layout, options.clock ?? systemClock, unlock);
      store.images.load();
      if (store.objects.isMarkedDirty()) await store.#recover(options.logger ?? silentLogger);
      return store;
    } catch (reason) {
      unlock();
      throw reason;
    }
  }

  /** Flushes what was written, and lets others work here. */
  async close(): Promise<void> {
    await flushFileSystem(this.layout.root);
    this.objects.markClean();
    this.unlock();
  }

  async #recover(logger: Logger): Promise<void> {
    const listed = this.#listedObjects();
    const { objects } = this.layout;
    const files = readdirSync(objects, { recursive: true, withFileTypes: true }).filter((file) =>
      file.isFile(),
    );
    let dropped = 0;
    for (const file of files) {
      const path = join(file.parentPath, file.name);
      if (listed.has(path.slice(objects.length).replaceAll('/', ''))) continue;
      rmSync(path);
      dropped += 1;
    }
    await flushFileSystem(this.layout.root);
    this.objects.markClean();
    logger.info('recovered after a crash', { objectsKept: files.length - dropped, objectsDropped: dropped });
  }

  #listedObjects(): Set<string> {
    const listed = new Set<string>();
    for (const image of this.images.list()) {
      const bytes = readFileSync(this.images.manifestPath(image));
      const { entries } = parseManifest(bytes, { expectedDigest: image.manifestDigest });
      for (const entry of entries)
        if (entry.type === 'file' && entry.sha512 !== undefined) listed.add(entry.sha512);
    }
    return listed;
  }
}
