import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AccessKey, Role } from './credentials/identity.js';
import { writeAwsFiles } from './environment/aws-files.js';
import { startHttpFront } from './http/server.js';
import { loopbackAddresses } from './instances/loopback-block.js';
import { Machines } from './instances/machines.js';
import { CloudModel } from './model/cloud-model.js';
import type { InstanceOptions } from './model/cloud-options.js';
import {
  type ResolvedSandboxOptions,
  resolveSandboxOptions,
  type SandboxOptions,
} from './sandbox-options.js';
import { BlockStorage } from './storage/block-storage.js';
import { DirectoryStorage } from './storage/directory-storage.js';

/** Name of the role that every account has, and that every account of the sandbox may assume. */
const roleName = 'ami-publisher';

/** An account with keys of a user that may do everything in it. */
export interface SandboxAccount {
  readonly id: string;
  readonly name: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** A role that every account of the sandbox may assume. */
  readonly roleArn: string;
}

/** A running sandbox. */
export interface Sandbox {
  /** URL of the HTTP front. */
  readonly endpoint: string;
  readonly accounts: readonly SandboxAccount[];
  readonly regions: readonly string[];
  /** What to export so that AWS clients and this project's commands work with the sandbox. */
  readonly environment: Readonly<Record<string, string>>;
  readonly model: CloudModel;
  /** Folder with everything that the sandbox keeps. */
  readonly directory: string;
  /** Makes an instance; resolves when its program is up. @returns its id */
  addInstance(options: InstanceOptions): Promise<string>;
  /** Kills the program of an instance, as a crash would; the instance stays `running`. */
  crashInstance(instanceId: string): void;
  /** Starts the program of an instance again after a crash, as a service manager does. Resolves when it is up. */
  restartInstance(instanceId: string): Promise<void>;
  /** Folder of an instance: its program's state and logs. */
  instanceDirectory(instanceId: string): string;
  /** Ends everything; removes the folder unless it was given. */
  close(): Promise<void>;
}

/**
 * Starts a local AWS: EC2 and STS over HTTP for any AWS client, with accounts, regions and the instances that are added.
 *
 * @example
 * ```ts
 * const sandbox = await startSandbox({ accounts: 2, regions: ['us-east-1', 'eu-west-1'] });
 * const ec2 = new EC2Client({ endpoint: sandbox.endpoint, region: 'eu-west-1', credentials: sandbox.accounts[0] });
 * await sandbox.close();
 * ```
 *
 * @throws `INVALID_OPTION`
 */
export const startSandbox = async (options: SandboxOptions = {}): Promise<Sandbox> => {
  const resolved = resolveSandboxOptions(options);
  const directory = await makeDirectory(resolved);
  const removeDirectory = async (): Promise<void> => {
    if (resolved.directory === undefined) await rm(directory, { recursive: true, force: true });
  };
  try {
    return await startIn(directory, resolved, removeDirectory);
  } catch (error) {
    await removeDirectory();
    throw error;
  }
};

const startIn = async (
  directory: string,
  options: ResolvedSandboxOptions,
  removeDirectory: () => Promise<void>,
): Promise<Sandbox> => {
  const storage = new storages[options.volumes](directory);
  const machines = new Machines(directory, loopbackAddresses(), options.program, options.logger);
  const model = new CloudModel({ ...options, storage, hosts: machines });
  const identities = addIdentities(model, options);
  const files = await writeAwsFiles(join(directory, 'aws'), identities, options.regions[0]!);
  const front = await startHttpFront(model, options.logger, options.port);
  return {
    endpoint: front.endpoint,
    accounts: identities.map(accountView),
    regions: options.regions,
    environment: { AWS_ENDPOINT_URL: front.endpoint, AWS_EC2_METADATA_DISABLED: 'true', ...files },
    model,
    directory,
    addInstance: (instance) => model.addInstance(instance),
    crashInstance: (instanceId) => machines.crash(instanceId),
    restartInstance: (instanceId) => machines.restart(instanceId),
    instanceDirectory: (instanceId) => machines.about(instanceId).directory,
    close: async () => {
      await front.close();
      await model.close();
      await machines.close();
      await storage.close();
      await removeDirectory();
    },
  };
};

const storages = { directory: DirectoryStorage, block: BlockStorage } as const;

const makeDirectory = async ({ directory }: ResolvedSandboxOptions): Promise<string> => {
  if (directory === undefined) return mkdtemp(join(tmpdir(), 'ami-publisher-sandbox-'));
  await mkdir(directory, { recursive: true });
  return directory;
};

interface AccountIdentities {
  readonly id: string;
  readonly name: string;
  readonly key: AccessKey;
  readonly role: Role;
}

const addIdentities = (model: CloudModel, { accounts }: ResolvedSandboxOptions): AccountIdentities[] => {
  const ids = accounts.map(({ id }) => id);
  return accounts.map(({ id, name }) => ({
    id,
    name,
    key: model.keyring.addUser(id, 'administrator'),
    role: model.keyring.addRole(id, roleName, ids),
  }));
};

const accountView = ({ id, name, key, role }: AccountIdentities): SandboxAccount => ({
  id,
  name,
  accessKeyId: key.accessKeyId,
  secretAccessKey: key.secretAccessKey,
  roleArn: role.arn,
});
