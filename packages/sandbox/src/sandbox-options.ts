import { type Clock, invalidOption, type Logger, silentLogger, systemClock } from '@ami-publisher/base';
import { type InstanceProgram, noProgram } from './instances/instance-program.js';
import type { CloudBehaviour } from './model/cloud-options.js';
import { regionNames } from './model/world.js';

/** An account of the sandbox. */
export interface AccountOptions {
  /** Twelve digits. */
  readonly id: string;
  /** Name of its profile. */
  readonly name: string;
}

/** What a volume is: a folder, or a disk (root on Linux). */
export type VolumeKind = (typeof volumeKinds)[number];

export const volumeKinds = ['directory', 'block'] as const;

export interface SandboxOptions extends CloudBehaviour {
  /** How many accounts, or which. @default 1 */
  readonly accounts?: number | readonly AccountOptions[] | undefined;
  /** How many regions, or which; the first is the home region of the profiles. @default 1 */
  readonly regions?: number | readonly string[] | undefined;
  /** Where volumes, snapshots and instances are. @default a temporary folder, removed on close */
  readonly directory?: string | undefined;
  /** What volumes are. @default 'directory' */
  readonly volumes?: VolumeKind | undefined;
  /** Port of the HTTP front on 127.0.0.1. @default any that is free */
  readonly port?: number | undefined;
  /** @default the system's; HTTP clients live in real time */
  readonly clock?: Clock | undefined;
  /** What instances run. @default nothing */
  readonly program?: InstanceProgram | undefined;
  /** @default silent */
  readonly logger?: Logger | undefined;
}

/** Options with every default filled in. */
export interface ResolvedSandboxOptions extends CloudBehaviour {
  readonly accounts: readonly AccountOptions[];
  readonly regions: readonly string[];
  readonly directory: string | undefined;
  readonly volumes: VolumeKind;
  readonly port: number;
  readonly clock: Clock;
  readonly program: InstanceProgram;
  readonly logger: Logger;
}

const maxAccounts = 1000;
const accountNames = [
  'development',
  'staging',
  'production',
  'security',
  'shared',
  'data',
  'edge',
  'research',
  'sales',
];

/** The n-th account: 111111111111 to 999999999999, then 100000000010 and up. */
const nthAccount = (index: number): AccountOptions => {
  const number = index + 1;
  const id = number < 10 ? String(number).repeat(12) : String(100_000_000_000 + number);
  return { id, name: accountNames[index] ?? `account-${number}` };
};

const count = (name: string, value: number, max: number): number => {
  if (Number.isInteger(value) && value >= 1 && value <= max) return value;
  throw invalidOption(name, `a whole number from 1 to ${max}`, value);
};

/** @throws `INVALID_OPTION` */
export const resolveAccounts = (accounts: number | readonly AccountOptions[]): readonly AccountOptions[] => {
  if (typeof accounts === 'number') {
    return Array.from({ length: count('accounts', accounts, maxAccounts) }, (_, index) => nthAccount(index));
  }
  count('accounts.length', accounts.length, maxAccounts);
  for (const { id } of accounts) {
    if (!/^\d{12}$/.test(id)) throw invalidOption('accounts', 'accounts with ids of twelve digits', id);
  }
  return accounts;
};

/** @throws `INVALID_OPTION` */
export const resolveRegions = (regions: number | readonly string[]): readonly string[] => {
  if (typeof regions === 'number') return regionNames.slice(0, count('regions', regions, regionNames.length));
  count('regions.length', regions.length, regionNames.length);
  const unknown = regions.find((region) => !regionNames.includes(region));
  if (unknown !== undefined) throw invalidOption('regions', `some of ${regionNames.join(', ')}`, unknown);
  return regions;
};

const resolveVolumes = (volumes: VolumeKind): VolumeKind => {
  if (volumeKinds.includes(volumes)) return volumes;
  throw invalidOption('volumes', `one of ${volumeKinds.join(', ')}`, volumes);
};

/** @throws `INVALID_OPTION` */
export const resolveSandboxOptions = (options: SandboxOptions): ResolvedSandboxOptions => ({
  accounts: resolveAccounts(options.accounts ?? 1),
  regions: resolveRegions(options.regions ?? 1),
  directory: options.directory,
  volumes: resolveVolumes(options.volumes ?? 'directory'),
  port: options.port ?? 0,
  clock: options.clock ?? systemClock,
  latency: options.latency,
  seed: options.seed,
  snapshotProgress: options.snapshotProgress,
  visibility: options.visibility,
  quotas: options.quotas,
  policies: options.policies,
  program: options.program ?? noProgram,
  logger: options.logger ?? silentLogger,
});
