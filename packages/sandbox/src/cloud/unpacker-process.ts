import { join } from 'node:path';
import { readClientTls } from '@ami-publisher/protocol';
import type { CallGate } from '../faults/call-gate.js';
import type { InstanceMachine, InstanceProgram } from '../instances/instance-program.js';
import { startDaemon } from '../processes/daemon.js';
import { packageBin } from '../processes/package-bin.js';
import type { VolumeKind } from '../sandbox-options.js';
import type { SandboxCertificates, ServerFiles } from './certificates.js';
import { startUnpackerRelay } from './unpacker-relay.js';

/** Port of every unpacker; each has an address of its own. */
const unpackerPort = 6974;
/** Port of an unpacker behind a relay, which then has the other one. */
const relayedPort = 6975;

export interface UnpackerProcessOptions {
  /** `host:port` of the image server that it fetches from. */
  readonly imageServer: string;
  /** Undefined for plain text. */
  readonly certificates: SandboxCertificates | undefined;
  /** What the volumes of its instance are. @default 'directory' */
  readonly volumes?: VolumeKind | undefined;
  /** Further arguments of the daemon. @default none */
  readonly arguments?: readonly string[] | undefined;
  /** How it reaches S3, for exports. @default not at all */
  readonly s3?: ((account: string) => UnpackerS3) | undefined;
  /** What all calls to the unpacker go through. @default nothing */
  readonly gate?: (() => CallGate) | undefined;
}

/** An S3, and keys for it, as the role of an instance gives them. */
export interface UnpackerS3 {
  readonly endpoint: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** What it mounts is seen by nobody else, and goes with it however it ends. */
const ownMounts = ['unshare', '--mount', '--propagation', 'private', '--'];

/** An instance program: the real unpacker daemon as a process, with the driver for what the volumes are. */
export const unpackerProcess =
  (options: UnpackerProcessOptions): InstanceProgram =>
  async (machine) => {
    const files = await serverFiles(machine, options);
    const s3 = options.s3?.(machine.account);
    const daemon = await startDaemon({
      name: `the unpacker of ${machine.instanceId} in ${machine.account},${machine.region}`,
      script: packageBin('@ami-publisher/unpacker', 'image-unpacker'),
      ...(options.volumes === 'block' && { runner: ownMounts }),
      arguments: [
        ...daemonArguments(machine, options),
        ...tlsArguments(files),
        ...(s3 === undefined ? [] : ['--s3-endpoint', s3.endpoint]),
        ...(options.arguments ?? []),
      ],
      ...(s3 !== undefined && { environment: keysOf(s3) }),
      logFile: join(machine.directory, 'unpacker.log'),
    });
    if (options.gate === undefined) return daemon;
    const relay = await startUnpackerRelay({
      place: { accountId: machine.account, region: machine.region },
      host: machine.address,
      port: unpackerPort,
      tls: files && { caFile: files.ca, certFile: files.cert, keyFile: files.key },
      unpacker: { address: daemon.listening, tls: relayTls(options) },
      gate: options.gate(),
    });
    return {
      stop: () => daemon.stop(),
      kill: () => daemon.kill(),
      exited: daemon.exited.finally(() => relay.close()),
    };
  };

/** A profile would be asked first. */
const keysOf = ({ accessKeyId, secretAccessKey }: UnpackerS3) => ({
  AWS_ACCESS_KEY_ID: accessKeyId,
  AWS_SECRET_ACCESS_KEY: secretAccessKey,
  AWS_PROFILE: '',
});

const daemonArguments = (machine: InstanceMachine, options: UnpackerProcessOptions): string[] => [
  ...['--listen', `${machine.address}:${options.gate === undefined ? unpackerPort : relayedPort}`],
  ...['--state-dir', join(machine.directory, 'state')],
  ...['--devices-dir', machine.devicesDirectory],
  ...['--driver', options.volumes ?? 'directory'],
  ...['--image-server', options.imageServer],
  ...['--account', machine.account],
  ...['--region', machine.region],
  // An instance that is stopped does not wait for its services.
  ...['--stop-grace', '0'],
];

const serverFiles = async (
  machine: InstanceMachine,
  { certificates }: UnpackerProcessOptions,
): Promise<ServerFiles | undefined> =>
  certificates?.issueServer(
    { service: 'unpacker', account: machine.account, region: machine.region },
    join(machine.directory, 'tls'),
  );

const tlsArguments = (files: ServerFiles | undefined): string[] =>
  files === undefined ? ['--insecure'] : ['--ca', files.ca, '--cert', files.cert, '--key', files.key];

const relayTls = ({ certificates }: UnpackerProcessOptions) =>
  certificates && readClientTls({ directory: certificates.directory, roles: ['operator'], now: Date.now() });
