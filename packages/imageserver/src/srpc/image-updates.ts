import { parseSrpcRequest, snapshots } from '@ami-publisher/daemon';
import { formatImageName } from '@ami-publisher/image';
import type { ServerCall, SrpcMethod } from '@ami-publisher/srpc';
import type { ImageRecord } from '../images/image-record.js';
import type { ImageService } from '../service/handlers.js';
import { directoriesOf, pollMs } from './images.js';
import { directoryOf, sendValues } from './list-methods.js';
import { requests } from './requests.js';

const minGapMs = 250;

const operations = { addImage: 0, deleteImage: 1, makeDirectory: 2, deleteDirectory: 3 } as const;

/** Names of what there is. */
interface Listing {
  readonly images: ReadonlySet<string>;
  readonly directories: ReadonlySet<string>;
}

const nothing: Listing = { images: new Set(), directories: new Set() };

type Service = Pick<ImageService, 'catalogue' | 'shutDown'>;

/** What there is, then what comes and goes, until the caller goes. */
export const imageUpdateMethods = (service: Service): Readonly<Record<string, SrpcMethod>> => ({
  'ImageServer.GetImageUpdates': { access: 'public', talk: (call) => sendUpdates(service, call, false) },
  'ImageServer.GetFilteredImageUpdates': {
    access: 'public',
    talk: async (call) => {
      const { IgnoreExpiring } = parseSrpcRequest(requests.updates, await call.value());
      await sendUpdates(service, call, IgnoreExpiring);
    },
  },
});

const sendUpdates = async (
  { catalogue, shutDown }: Service,
  call: ServerCall,
  ignoreExpiring: boolean,
): Promise<void> => {
  let before: Listing | undefined;
  for await (const now of snapshots({
    ...{ notifier: catalogue.changes, clock: catalogue.clock, minGapMs, maxGapMs: pollMs },
    take: async () => listingOf(await catalogue.list(), ignoreExpiring),
    hasEnded: () => shutDown.aborted,
    signal: AbortSignal.any([call.signal, shutDown]),
  })) {
    const endOfList = before === undefined ? [imageUpdate('', operations.addImage)] : [];
    const updates = [...updatesBetween(before ?? nothing, now), ...endOfList];
    if (updates.length > 0) await sendValues(call, updates);
    before = now;
  }
};

const listingOf = (images: readonly ImageRecord[], ignoreExpiring: boolean): Listing => ({
  images: new Set(
    images.filter(({ expiresAt }) => !(ignoreExpiring && expiresAt !== undefined)).map(formatImageName),
  ),
  directories: new Set(directoriesOf(images)),
});

/** Directories are there before their images, and go after them. */
const updatesBetween = (before: Listing, now: Listing): readonly object[] => [
  ...missing(now.directories, before.directories).map((name) => ({
    ...{ Name: '', Directory: directoryOf(name), Operation: operations.makeDirectory },
  })),
  ...missing(now.images, before.images).map((name) => imageUpdate(name, operations.addImage)),
  ...missing(before.images, now.images).map((name) => imageUpdate(name, operations.deleteImage)),
  ...missing(before.directories, now.directories)
    .reverse()
    .map((name) => imageUpdate(name, operations.deleteDirectory)),
];

const imageUpdate = (Name: string, Operation: number): object => ({ Name, Directory: null, Operation });

const missing = (names: ReadonlySet<string>, others: ReadonlySet<string>): string[] =>
  [...names].filter((name) => !others.has(name));
