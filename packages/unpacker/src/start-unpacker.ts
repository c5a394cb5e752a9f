import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { AmiPublisherError, type Clock, type Logger, silentLogger, systemClock } from '@ami-publisher/base';
import { DaemonMetrics, rememberProblems, srpcProtocol } from '@ami-publisher/daemon';
import { type ImageServerProtocol, lockDirectory } from '@ami-publisher/image';
import { type RunningServer, type ServerTls, startServer, unpackerService } from '@ami-publisher/protocol';
import { imageServerConnector } from './connect-image-server.js';
import { type GrubOptions, grubBootPath } from './driver/block/boot/grub-boot-path.js';
import { openBlockDriver } from './driver/block/open-block-driver.js';
import { DirectoryDriver } from './driver/directory/directory-driver.js';
import type { Driver } from './driver/driver.js';
import { Exporter } from './export/exporter.js';
import { measureUnpacker, operationCounters } from './pages/metrics.js';
import { type UnpackerPagesOptions, unpackerPages } from './pages/unpacker-pages.js';
import { program } from './program.js';
import { RawDoor } from './raw/raw-door.js';
import { unpackerHandlers } from './service/handlers.js';
import { srpcMethods } from './srpc/methods.js';
import { Unpacker } from './unpacker.js';
import { version } from './version.js';

/** Names of the drivers that there are. */
export type DriverName = 'directory' | 'block';

/** What `GrubOptions` say is for the driver `block`. */
export interface UnpackerOptions extends GrubOptions {
  /** @default '127.0.0.1' */
  readonly host?: string | undefined;
  /** 0 = any free one. @default 6974 */
  readonly port?: number | undefined;
  /** Where volumes are fetched by ticket; open only while there is one to fetch. 0 = any free one. @default 6976 */
  readonly rawPort?: number | undefined;
  /** Folder of what must survive a restart; made if it is not there. */
  readonly stateDirectory: string;
  /** Folder where the host names attached devices by identity. @default '/dev/disk/by-id' */
  readonly devicesDirectory?: string | undefined;
  /** @default 'directory' */
  readonly driver?: DriverName | undefined;
  /** `host:port` of the image server. */
  readonly imageServer: string;
  /** What the image server speaks: ours `grpc`, that of Go `srpc`; `auto` asks it before each operation. @default 'grpc' */
  readonly imageServerProtocol?: ImageServerProtocol | undefined;
  /** Folder with the authority (`CA.pem`) of an image server of Go and key pairs to show it. @default what `tls` names */
  readonly imageServerCertificates?: string | undefined;
  /**
   * Certificate files of this unpacker, also shown to the image server. Left out, everything is plain text, which only loopback addresses may
   * have.
   */
  readonly tls?: ServerTls | undefined;
  /** How long UnpackImage waits for an image that the image server does not have yet, ms. @default 60,000 */
  readonly imageWaitMs?: number | undefined;
  /** How long `close` lets running operations go on, ms. @default 0 */
  readonly stopGraceMs?: number | undefined;
  /** The one folder that ExportImage may write files to; made if it is not there. @default none */
  readonly exportDirectory?: string | undefined;
  /** Folder for what exports need meanwhile; emptied at the start. @default `scratch` in the state directory */
  readonly scratchDirectory?: string | undefined;
  /** S3 to export to. @default AWS's own */
  readonly s3Endpoint?: string | undefined;
  /** Region of that S3. @default what the AWS SDK finds, `AWS_REGION` first; a bucket elsewhere is followed to its region */
  readonly s3Region?: string | undefined;
  /** @default the machine's */
  readonly clock?: Clock | undefined;
  /** @default silent */
  readonly logger?: Logger | undefined;
}

/** An unpacker that serves. */
export interface RunningUnpacker {
  /** `host:port` as bound. */
  readonly address: string;
  /** Takes no new work, stops the operations that still run after `stopGraceMs`, which a later unpacker can begin again, and lets go of everything. */
  close(): Promise<void>;
}

interface DriverOptions extends GrubOptions {
  readonly devicesDirectory: string;
  readonly stateDirectory: string;
}

const drivers: Readonly<Record<DriverName, (options: DriverOptions) => Promise<Driver>>> = {
  directory: async (options) => new DirectoryDriver(options),
  block: (options) => openBlockDriver({ ...options, boot: grubBootPath(options) }),
};

/** The drivers that can be named in `UnpackerOptions`. */
export const driverNames = Object.keys(drivers) as readonly DriverName[];

/** The port of unpackers. */
export const defaultPort = 6974;
/** The port on which unpackers hand out volumes by ticket. */
export const defaultRawPort = 6976;
export const defaultDevicesDirectory = '/dev/disk/by-id';
export const defaultImageWaitMs = 60_000;

/**
 * Starts an unpacker in this process.
 *
 * @example
 * const unpacker = await startUnpacker({ port: 0, stateDirectory, devicesDirectory, imageServer: '127.0.0.1:6971' });
 * @throws `DIRECTORY_LOCKED`, `STATE_DAMAGED`, `TOOL_MISSING` and `INVALID_CONFIGURATION` for what the driver lacks,
 * `INVALID_OPTION` for an address that cannot be had, `CERTIFICATE_REFUSED`.
 */
export const startUnpacker = async (options: UnpackerOptions): Promise<RunningUnpacker> => {
  const clock = options.clock ?? systemClock;
  const { logger, problems } = rememberProblems(options.logger ?? silentLogger, clock);
  const metrics = new DaemonMetrics({ program, version });
  await mkdir(options.stateDirectory, { recursive: true, mode: 0o700 });
  const lock = await lockDirectory(
    options.stateDirectory,
    join(options.stateDirectory, 'lock'),
    'give this one a state directory of its own (--state-dir)',
  );
  try {
    const unpacker = await Unpacker.open({
      driver: await drivers[options.driver ?? 'directory']({
        ...options,
        devicesDirectory: options.devicesDirectory ?? defaultDevicesDirectory,
        // Mounts are known by absolute paths only.
        stateDirectory: resolve(options.stateDirectory),
      }),
      exporter: await Exporter.open({
        directory: options.exportDirectory,
        scratchDirectory: options.scratchDirectory ?? join(options.stateDirectory, 'scratch'),
        s3: { endpoint: options.s3Endpoint, region: options.s3Region },
      }),
      stateDirectory: options.stateDirectory,
      connectImageServer: await imageServerConnector({ ...options, clock, logger }),
      imageWaitMs: options.imageWaitMs ?? defaultImageWaitMs,
      onOperationEnd: operationCounters(metrics),
      clock,
      logger,
    });
    measureUnpacker(metrics, unpacker);
    const serving = await serve(unpacker, { ...options, logger }, { metrics, problems });
    return {
      address: serving.address,
      close: async () => {
        await serving.close();
        await lock.release();
      },
    };
  } catch (error) {
    await lock.release();
    throw error;
  }
};

const serve = async (
  unpacker: Unpacker,
  options: UnpackerOptions,
  observed: Pick<UnpackerPagesOptions, 'metrics' | 'problems'>,
): Promise<RunningUnpacker> => {
  const shutDown = new AbortController();
  const host = options.host ?? '127.0.0.1';
  const door = new RawDoor({ host, port: options.rawPort ?? defaultRawPort }, unpacker);
  const calls = unpackerHandlers(unpacker, shutDown.signal, door);
  const srpc = srpcProtocol({
    methods: srpcMethods(unpacker, calls, shutDown.signal),
    isSecure: options.tls !== undefined,
    logger: unpacker.logger,
  });
  const server: RunningServer = await startServer({
    services: [unpackerService(calls)],
    protocols: [srpc],
    http: unpackerPages({
      unpacker,
      ...observed,
      imageServer: options.imageServer,
      certificateExpiresAt: () => server.certificateExpiresAt(),
    }),
    observer: observed.metrics.observer,
    tls: options.tls,
    host,
    port: options.port ?? defaultPort,
    logger: options.logger,
  });
  observed.metrics.certificate(server.certificateExpiresAt);
  const watching = unpacker.watchDevices(shutDown.signal);
  return {
    address: server.address,
    close: async () => {
      unpacker.isStopping = true;
      server.announceEnd();
      await unpacker.operations.close(stopping(), options.stopGraceMs ?? 0);
      shutDown.abort(stopping());
      await server.close();
      await watching;
    },
  };
};

const stopping = (): AmiPublisherError =>
  new AmiPublisherError('UNPACKER_FAILED', {
    message: 'the unpacker is being stopped',
    retryable: true,
    remedy: 'ask again when it is back',
  });
