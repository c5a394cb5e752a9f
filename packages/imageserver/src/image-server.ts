import {
  AmiPublisherError,
  type Clock,
  invalidOption,
  type Logger,
  silentLogger,
  systemClock,
} from '@ami-publisher/base';
import { DaemonMetrics, rememberProblems, srpcProtocol } from '@ami-publisher/daemon';
import { imageServerService, type RunningServer, type ServerTls, startServer } from '@ami-publisher/protocol';
import { CollectionSchedule } from './collection/collection-schedule.js';
import { ImageCatalogue } from './images/image-catalogue.js';
import { type ImageServerPagesOptions, imageServerPages } from './pages/image-server-pages.js';
import { measureImages } from './pages/metrics.js';
import { imagesOf } from './pages/status.js';
import { program } from './program.js';
import { type ImageService, imageServerHandlers } from './service/handlers.js';
import { srpcMethods } from './srpc/methods.js';
import { openStore } from './store/open-store.js';
import { version } from './version.js';

/** Options of `startImageServer`. */
export interface ImageServerOptions {
  /** Where images and objects are kept, in place of `store`; made if it is not there. */
  readonly dataDir?: string | undefined;
  /** Where images and objects are kept, in place of `dataDir`: `s3://BUCKET/PREFIX`. */
  readonly store?: string | undefined;
  /** Address to listen on. @default 127.0.0.1 */
  readonly host?: string | undefined;
  /** 0 = any free one. @default 0 */
  readonly port?: number | undefined;
  /** Left out, the server speaks plain text, which it does on loopback addresses only. */
  readonly tls?: ServerTls | undefined;
  /** How long deleted images can be restored, and objects stay that no image lists, ms; an hour at least. @default a day */
  readonly graceMs?: number | undefined;
  /** Pause between collections of garbage, ms; a minute at least. @default an hour */
  readonly collectEveryMs?: number | undefined;
  /** How long `close` lets calls in progress go on, ms. @default 2,000 */
  readonly stopGraceMs?: number | undefined;
  readonly logger?: Logger | undefined;
  readonly clock?: Clock | undefined;
}

/** An image server that listens. */
export interface RunningImageServer {
  /** `host:port`. */
  readonly address: string;
  /** Lets calls in progress end, flushes the store and gives its lock back. */
  close(): Promise<void>;
}

const hourMs = 3_600_000;
const minuteMs = 60_000;
const defaultGraceMs = 24 * hourMs;

const atLeast = (name: string, value: number, least: number): number => {
  if (!Number.isFinite(value) || value < least) throw invalidOption(name, `at least ${least}`, value);
  return value;
};

/**
 * Starts an image server in this process.
 *
 * @throws `DIRECTORY_LOCKED` if another one works in the directory; `INVALID_OPTION` for plain text off loopback or an address that
 * cannot be had; `CERTIFICATE_REFUSED`; `TOOL_MISSING` if a bucket is named and the AWS SDK is not installed.
 */
export const startImageServer = async (options: ImageServerOptions): Promise<RunningImageServer> => {
  const { clock = systemClock } = options;
  const { logger, problems } = rememberProblems(options.logger ?? silentLogger, clock);
  const graceMs = atLeast('graceMs', options.graceMs ?? defaultGraceMs, hourMs);
  const everyMs = atLeast('collectEveryMs', options.collectEveryMs ?? hourMs, minuteMs);
  const store = await openStore({ ...options, clock, logger });
  const collections = new CollectionSchedule({ store, clock, logger, graceMs, everyMs });
  try {
    const catalogue = new ImageCatalogue({ store, clock, graceMs });
    const server = await serve({ ...options, logger }, { catalogue, collections }, { problems, clock });
    collections.start();
    return {
      address: server.address,
      close: async () => {
        await server.close();
        await collections.close();
        await store.close();
      },
    };
  } catch (reason) {
    await store.close();
    throw reason;
  }
};

const serve = async (
  options: ImageServerOptions & { readonly logger: Logger },
  parts: Omit<ImageService, 'shutDown'>,
  observed: Pick<ImageServerPagesOptions, 'problems' | 'clock'>,
): Promise<RunningImageServer> => {
  const shutDown = new AbortController();
  const metrics = new DaemonMetrics({ program, version });
  const images = imagesOf(parts.catalogue);
  const service = { ...parts, shutDown: shutDown.signal };
  const server: RunningServer = await startServer({
    services: [imageServerService(imageServerHandlers(service))],
    protocols: [
      srpcProtocol({
        methods: srpcMethods(service),
        isSecure: options.tls !== undefined,
        logger: options.logger,
      }),
    ],
    http: imageServerPages({
      images,
      metrics,
      ...observed,
      store: options.store ?? options.dataDir ?? '',
      notReady: () => (shutDown.signal.aborted ? 'stopping' : ''),
      certificateExpiresAt: () => server.certificateExpiresAt(),
    }),
    observer: metrics.observer,
    tls: options.tls,
    logger: options.logger,
    host: options.host ?? '127.0.0.1',
    port: options.port ?? 0,
  });
  metrics.certificate(server.certificateExpiresAt);
  measureImages(metrics, images);
  return {
    address: server.address,
    close: async () => {
      shutDown.abort(stopping());
      await server.close(options.stopGraceMs);
    },
  };
};

const stopping = (): AmiPublisherError =>
  new AmiPublisherError('CANCELLED', { message: 'the image server is being stopped', retryable: true });
