import { mkdirSync, rmSync } from 'node:fs';
import { type Clock, type Logger, silentLogger, systemClock } from '@ami-publisher/base';
import { type DirectoryLock, lockDirectory } from '@ami-publisher/image';
import { ReferenceIndex } from '../../collection/reference-index.js';
import type { Store } from '../store.js';
import { DirectoryImages } from './directory-images.js';
import { DirectoryObjects } from './directory-objects.js';
import { flushFileSystem } from './flush.js';
import { type StoreLayout, storeLayout } from './layout.js';
import { MemoryClaims } from './memory-claims.js';

/** Options of `DirectoryStore.open`. */
export interface DirectoryStoreOptions {
  /** Made if it is not there. */
  readonly dataDir: string;
  readonly clock?: Clock | undefined;
  readonly logger?: Logger | undefined;
}

/** Images and objects in one directory, which one process works in. */
export class DirectoryStore implements Store {
  readonly location: string;
  readonly temporary: string;
  readonly objects: DirectoryObjects;
  readonly images: DirectoryImages;
  readonly claims = new MemoryClaims();

  private constructor(
    readonly layout: StoreLayout,
    clock: Clock,
    readonly lock: DirectoryLock,
  ) {
    this.location = layout.root;
    this.temporary = layout.temporary;
    this.objects = new DirectoryObjects(layout, clock);
    this.images = new DirectoryImages(layout, clock);
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
    const lock = await lockDirectory(layout.root, layout.lock, 'give this one another --data-dir');
    try {
      rmSync(layout.temporary, { recursive: true, force: true });
      for (const folder of [layout.temporary, layout.objects, layout.images])
        mkdirSync(folder, { recursive: true });
      const store = new DirectoryStore(layout, options.clock ?? systemClock, lock);
      store.images.load();
      if (store.objects.isMarkedDirty()) await store.#recover(options.logger ?? silentLogger);
      return store;
    } catch (reason) {
      await lock.release();
      throw reason;
    }
  }

  /** Flushes what was written, and lets others work here. */
  async close(): Promise<void> {
    await flushFileSystem(this.layout.root);
    this.objects.markClean();
    await this.lock.release();
  }

  async #recover(logger: Logger): Promise<void> {
    const { signal } = new AbortController();
    const listed = new ReferenceIndex(this.images);
    await listed.add(await this.images.manifests(), signal);
    let [objectsKept, objectsDropped] = [0, 0];
    for await (const { sha512 } of this.objects.list(signal)) {
      if (listed.has(sha512)) objectsKept += 1;
      else objectsDropped += (await this.objects.removeOld([sha512], Infinity, signal)).objects;
    }
    await flushFileSystem(this.layout.root);
    this.objects.markClean();
    logger.info('recovered after a crash', { objectsKept, objectsDropped });
  }
}
