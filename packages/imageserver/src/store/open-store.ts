import { type Clock, invalidOption, type Logger } from '@ami-publisher/base';
import { DirectoryStore } from './directory/directory-store.js';
import { openS3Store } from './s3/s3-store.js';
import type { Store } from './store.js';

/** Options of `openStore`. */
export interface OpenStoreOptions {
  readonly dataDir?: string | undefined;
  /** `s3://BUCKET/PREFIX` */
  readonly store?: string | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Opens the store that the options name.
 *
 * @throws `INVALID_OPTION` unless they name one, and what opening it throws.
 */
export const openStore = async ({ dataDir, store, ...common }: OpenStoreOptions): Promise<Store> => {
  if ((dataDir === undefined) === (store === undefined))
    throw invalidOption('--data-dir and --store', 'given, one of the two', [dataDir, store].join(' '));
  return store === undefined
    ? DirectoryStore.open({ ...common, dataDir: dataDir ?? '' })
    : openS3Store(store, common);
};
