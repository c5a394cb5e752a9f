import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock, throwIfCancelled } from '@ami-publisher/base';
import type { Daemon } from '../processes/daemon.js';
import { type Sandbox, startSandbox } from '../sandbox.js';
import type { SandboxOptions } from '../sandbox-options.js';
import { createSandboxCertificates, type SandboxCertificates } from './certificates.js';
import { startImageServerProcess } from './image-server-process.js';
import { unpackerProcess } from './unpacker-process.js';

export interface SandboxCloudOptions extends Omit<SandboxOptions, 'program'> {
  /** Whether daemons and clients prove who they are with certificates. @default true */
  readonly tls?: boolean | undefined;
  /** `host:port` of an image server to use. @default one of the sandbox's own */
  readonly imageServer?: string | undefined;
  /** Value of the `Name` tag of the unpacker instances. @default 'ImageUnpacker' */
  readonly unpackerName?: string | undefined;
  /** State in which the unpacker instances begin. @default 'running' */
  readonly unpackerState?: 'running' | 'stopped' | undefined;
  /** Whether faults, holds and the log of calls take in the calls of unpackers (`unpacker:UnpackImage`). @default false */
  readonly unpackerFaults?: boolean | undefined;
  /** Further arguments of the unpackers. @default none */
  readonly unpackerArguments?: readonly string[] | undefined;
  /** Whether the unpacker instances have public addresses. @default false */
  readonly unpackerPublicAddress?: boolean | undefined;
  /** Gives up starting. */
  readonly signal?: AbortSignal | undefined;
}

/** A sandbox with an image server and an unpacker in every account and region. */
export interface SandboxCloud extends Sandbox {
  /** `host:port` of the image server. */
  readonly imageServer: string;
  /** Folder with `CA.pem` and a client certificate for each role; undefined without TLS. */
  readonly certificatesDirectory: string | undefined;
  /** Ids of the unpacker instances, account by account, region by region. */
  readonly unpackers: readonly string[];
}

/** Who unpackers are to S3; policies may bind it. */
const unpackerIdentity = 'image-unpacker';

/**
 * Starts everything that a publication needs: a sandbox, an image server and one unpacker for each account and region, as real daemons
 * with mutual TLS. Daemons start in parallel.
 *
 * @throws `DAEMON_FAILED` naming the log of the daemon that did not start; `CANCELLED`
 */
export const startSandboxCloud = async (options: SandboxCloudOptions = {}): Promise<SandboxCloud> => {
  const directory = await makeDirectory(options.directory);
  const cleanUp: (() => Promise<void>)[] = [];
  const close = async (): Promise<void> => {
    for (const step of cleanUp.splice(0).reverse()) await step();
  };
  if (options.directory === undefined) {
    cleanUp.push(() => rm(directory, { recursive: true, force: true }));
  }
  try {
    return await startIn(directory, options, cleanUp, close);
  } catch (error) {
    await close();
    throw error;
  }
};

const makeDirectory = async (directory: string | undefined): Promise<string> => {
  if (directory === undefined) return mkdtemp(join(tmpdir(), 'ami-publisher-sandbox-'));
  await mkdir(directory, { recursive: true });
  return directory;
};

const startIn = async (
  directory: string,
  options: SandboxCloudOptions,
  cleanUp: (() => Promise<void>)[],
  close: () => Promise<void>,
): Promise<SandboxCloud> => {
  const clock = options.clock ?? systemClock;
  const certificates =
    options.tls === false
      ? undefined
      : await createSandboxCertificates(join(directory, 'certificates'), clock.now());
  throwIfCancelled(options.signal);
  const imageServer =
    options.imageServer ?? (await startOwnImageServer(directory, certificates, cleanUp)).listening;
  throwIfCancelled(options.signal);
  const program = unpackerProcess({
    imageServer,
    certificates,
    volumes: options.volumes,
    arguments: options.unpackerArguments,
    s3: (account) => ({
      endpoint: sandbox.endpoint,
      ...sandbox.model.keyring.addUser(account, unpackerIdentity),
    }),
    ...(options.unpackerFaults && { gate: () => sandbox.model.gate }),
  });
  const sandbox: Sandbox = await startSandbox({ ...options, directory, program });
  cleanUp.push(() => sandbox.close());
  const unpackers = await addUnpackers(sandbox, options);
  throwIfCancelled(options.signal);
  return {
    ...sandbox,
    imageServer,
    certificatesDirectory: certificates?.directory,
    unpackers,
    environment: {
      ...sandbox.environment,
      AMI_PUBLISHER_IMAGE_SERVER: imageServer,
      ...(certificates !== undefined && { AMI_PUBLISHER_CERTIFICATES: certificates.directory }),
    },
    close,
  };
};

const startOwnImageServer = async (
  directory: string,
  certificates: SandboxCertificates | undefined,
  cleanUp: (() => Promise<void>)[],
): Promise<Daemon> => {
  const server = await startImageServerProcess(join(directory, 'imageserver'), certificates);
  cleanUp.push(() => server.stop());
  return server;
};

const addUnpackers = (sandbox: Sandbox, options: SandboxCloudOptions): Promise<string[]> =>
  Promise.all(
    sandbox.accounts.flatMap(({ id }) =>
      sandbox.regions.map((region) =>
        sandbox.addInstance({
          account: id,
          region,
          name: options.unpackerName ?? 'ImageUnpacker',
          state: options.unpackerState,
          publicAddress: options.unpackerPublicAddress,
        }),
      ),
    ),
  );
