import { AmiPublisherError } from '@ami-publisher/base';
import { parseSrpcRequest, pauseForChange } from '@ami-publisher/daemon';
import { blockBytes, formatImageName } from '@ami-publisher/image';
import { answering, type ServerCall, type SrpcMethod } from '@ami-publisher/srpc';
import type * as z from 'zod';
import type { ImageRecord } from '../images/image-record.js';
import type { ImageService } from '../service/handlers.js';
import { directoriesOf, liveImage, pollMs, selected } from './images.js';
import { objectStatistics } from './object-statistics.js';
import { requests } from './requests.js';

/** 64 Ki digests, as over gRPC, take 8.5 MiB. */
const maxCheckBytes = 9 * 1024 * 1024;
/** What Go writes for a time that is not set. */
const never = '0001-01-01T00:00:00Z';

type Service = Pick<ImageService, 'catalogue' | 'shutDown'>;

/** The methods that are a value there and a value back. Everybody whom the server trusts may look images up. */
export const lookUpMethods = ({ catalogue, shutDown }: Service): Readonly<Record<string, SrpcMethod>> => ({
  'ImageServer.CheckImage': asking(requests.image, async ({ ImageName }) => ({
    ImageExists: (await liveImage(catalogue, ImageName)) !== undefined,
  })),
  'ImageServer.CheckDirectory': asking(requests.directory, async ({ DirectoryName }) => ({
    DirectoryExists: directoriesOf(await catalogue.list()).includes(DirectoryName),
  })),
  'ImageServer.FindLatestImage': asking(requests.latest, async (request) => {
    const { DirectoryName: directory } = request;
    const images = await catalogue.list();
    if (!directoriesOf(images).includes(directory))
      return { ImageName: '', Error: `unknown directory: ${directory}` };
    const inIt = images.filter(({ stream }) => stream === directory);
    const latest = selected(inIt, request).at(-1);
    return { ImageName: latest === undefined ? '' : formatImageName(latest), Error: '' };
  }),
  'ImageServer.GetImage': asking(requests.getImage, async (request, call) => {
    const signal = AbortSignal.any([call.signal, shutDown]);
    const image = await awaitedImage(catalogue, request, signal);
    if (image !== undefined && !isWithoutTree(image, request)) throw treeIsAskedFor();
    return { Image: image === undefined ? null : imageOf(image), InformationDatabaseURL: '' };
  }),
  'ImageServer.GetImageComputedFiles': asking(requests.image, async ({ ImageName }) => ({
    ComputedFiles: null,
    ImageExists: (await liveImage(catalogue, ImageName)) !== undefined,
  })),
  'ImageServer.GetImageExpiration': asking(requests.image, async ({ ImageName }) => {
    const image = await liveImage(catalogue, ImageName);
    return { Error: image === undefined ? 'image not found' : '', ExpiresAt: image?.expiresAt ?? never };
  }),
  'ImageServer.GetImageUsageEstimate': asking(requests.image, async ({ ImageName }) => {
    const image = await liveImage(catalogue, ImageName);
    // Go leaves the outermost directory out.
    const usage = image === undefined ? 0 : image.usageBytes - blockBytes;
    return { ImageExists: image !== undefined, UsageEstimate: usage };
  }),
  'ImageServer.GetObjectStatisticsForImages': asking(requests.statistics, (request, { signal }) =>
    objectStatistics(catalogue, request, signal),
  ),
  'ImageServer.GetReplicationMaster': asking(requests.none, () => ({ Error: '', ReplicationMaster: '' })),
  'ObjectServer.CheckObjects': asking(
    requests.objects,
    async ({ Hashes }, { signal }) => {
      const sizes = await catalogue.store.objects.sizesOf(Hashes, signal);
      return { ObjectSizes: sizes.map((size) => size ?? 0) };
    },
    { access: 'granted', maxRequestBytes: maxCheckBytes },
  ),
});

/** @param options who may ask and how much, if not everybody up to what is usual */
const asking = <T extends z.ZodType>(
  schema: T,
  act: (request: z.output<T>, call: ServerCall) => Promise<object> | object,
  { access = 'public', ...options }: Partial<Pick<SrpcMethod, 'access' | 'maxRequestBytes'>> = {},
): SrpcMethod => answering(access, (value, call) => act(parseSrpcRequest(schema, value), call), options);

type GetImageRequest = z.output<typeof requests.getImage>;

/** The image as soon as it is there; undefined if it is not in time. */
const awaitedImage = async (
  catalogue: Service['catalogue'],
  { ImageName, Timeout }: GetImageRequest,
  signal: AbortSignal,
): Promise<ImageRecord | undefined> => {
  const { changes: notifier, clock } = catalogue;
  const endsAt = clock.now() + Timeout;
  for (;;) {
    const seen = notifier.version;
    const image = await liveImage(catalogue, ImageName);
    const leftMs = endsAt - clock.now();
    if (image !== undefined || leftMs <= 0) return image;
    const hasChanged = () => notifier.version > seen;
    await pauseForChange({ notifier, clock, signal }, Math.min(leftMs, pollMs), hasChanged);
  }
};

const isWithoutTree = ({ expiresAt }: ImageRecord, request: GetImageRequest): boolean =>
  request.IgnoreFilesystem || (request.IgnoreFilesystemIfExpiring && expiresAt !== undefined);

const treeIsAskedFor = (): AmiPublisherError =>
  new AmiPublisherError('INVALID_OPTION', {
    message: 'the tree of an image is not served over SRPC, as clients of Go cannot read it in JSON',
    remedy: 'see it with `ami-publisher image show --entries`, or write it with `ami-publisher image unpack`',
  });

/** What is known of an image of ours in the fields of those of Go. */
const imageOf = ({ createdAt, createdBy, expiresAt = never }: ImageRecord): object => ({
  ...{ BuildBranch: '', BuildCommitId: '', BuildGitUrl: '', CreatedBy: createdBy, CreatedFor: '' },
  ...{ Filter: null, FileSystem: null, Triggers: null, ReleaseNotes: null, BuildLog: null },
  ...{ CreatedOn: createdAt, ExpiresAt: expiresAt, OwnerGroups: null, OwnerUsers: null },
  ...{ Packages: null, SourceImage: '', Tags: null },
});
