import { join } from 'node:path';
import type { InstanceMachine, InstanceProgram } from '../instances/instance-program.js';
import { startDaemon } from '../processes/daemon.js';
import { packageBin } from '../processes/package-bin.js';
import type { SandboxCertificates } from './certificates.js';

/** Port of every unpacker; each has an address of its own. */
const unpackerPort = 6974;

export interface UnpackerProcessOptions {
  /** `host:port` of the image server that it fetches from. */
  readonly imageServer: string;
  /** Undefined for plain text. */
  readonly certificates: SandboxCertificates | undefined;
}

/** An instance program: the real unpacker daemon as a process, with the driver for volumes that are folders. */
export const unpackerProcess =
  (options: UnpackerProcessOptions): InstanceProgram =>
  async (machine) => {
    const tls = await tlsArguments(machine, options);
    return startDaemon({
      name: `the unpacker of ${machine.instanceId} in ${machine.account},${machine.region}`,
      script: packageBin('@ami-publisher/unpacker', 'image-unpacker'),
      arguments: [...daemonArguments(machine, options), ...tls],
      logFile: join(machine.directory, 'unpacker.log'),
    });
  };

const daemonArguments = (machine: InstanceMachine, options: UnpackerProcessOptions): string[] => [
  ...['--listen', `${machine.address}:${unpackerPort}`],
  ...['--state-dir', join(machine.directory, 'state')],
  ...['--devices-dir', machine.devicesDirectory],
  ...['--driver', 'directory'],
  ...['--image-server', options.imageServer],
  ...['--account', machine.account],
  ...['--region', machine.region],
];

const tlsArguments = async (
  machine: InstanceMachine,
  { certificates }: UnpackerProcessOptions,
): Promise<string[]> => {
  if (certificates === undefined) return ['--insecure'];
  const name = { service: 'unpacker', account: machine.account, region: machine.region } as const;
  const { ca, cert, key } = await certificates.issueServer(name, join(machine.directory, 'tls'));
  return ['--ca', ca, '--cert', cert, '--key', key];
};
