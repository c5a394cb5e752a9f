import { AmiPublisherError } from '@ami-publisher/base';
import type { ResolvedTargets } from '../cloud/cloud.js';
import { checkTags, type Tags } from '../cloud/tags.js';
import { type Grantee, parseGrantees } from '../sharing/grantee.js';
import type { JsonObject } from '../steps/json.js';
import { defaultConcurrency } from '../target/concurrency.js';
import { defaultAmiNameTemplate } from './ami-name.js';

export type Architecture = 'x86_64' | 'arm64';
export type BootMode = 'legacy-bios' | 'uefi' | 'uefi-preferred';

/** What to publish, where, and how the AMIs are to be. */
export interface PublishOptions {
  readonly stream: string;
  readonly leaf: string;
  readonly targets: ResolvedTargets;
  /** On AMI, snapshot and, all but `ExpiresAt`, volume. @default none */
  readonly tags?: Tags | undefined;
  /** Writes the tag `ExpiresAt`, this many ms after the plan is made. @default never */
  readonly expiresInMs?: number | undefined;
  /** AMI name, with `{stream}`, `{leaf}`, `{architecture}`, `{date}`. @default '{stream}/{leaf}' */
  readonly amiName?: string | undefined;
  /** @default 'x86_64' */
  readonly architecture?: Architecture | undefined;
  /** @default 'uefi' for arm64, 'uefi-preferred' for x86_64 */
  readonly bootMode?: BootMode | undefined;
  /** @default true */
  readonly enaSupport?: boolean | undefined;
  /** Instances of the AMI take IMDSv2 only. @default true */
  readonly imdsV2Only?: boolean | undefined;
  /** gp3 throughput of volume and root disk, MiB/s, 125 to 2,000. @default AWS's 125 */
  readonly throughputMiBps?: number | undefined;
  /** gp3 IOPS of volume and root disk, 3,000 to 80,000. @default AWS's 3,000 */
  readonly iops?: number | undefined;
  /** KMS key of volume, snapshot and AMI where no target's own setting says otherwise. @default the account's default EBS key */
  readonly kmsKey?: string | undefined;
  /** @default '/dev/xvda' */
  readonly rootDeviceName?: string | undefined;
  /** Free room wanted in the AMI, bytes. @default 268,435,456 */
  readonly minFreeBytes?: number | undefined;
  /** When AWS marks the AMI deprecated, ms after the plan is made. @default never */
  readonly deprecateInMs?: number | undefined;
  /** AWS refuses to deregister the AMI until the protection is taken off. @default false */
  readonly deregistrationProtection?: boolean | undefined;
  /**
   * Name of a parameter of Systems Manager that is to hold the id of the newest AMI, with `{stream}`, `{leaf}`, `{architecture}`, `{date}`: set last,
   * in each target. @default none
   */
  readonly ssmParameter?: string | undefined;
  /** Account ids, and ARNs of organizations and organizational units, that every AMI is shared with. @default none */
  readonly shareWith?: readonly string[] | undefined;
  /**
   * Label or id of the account whose targets alone publish: the other targets have its AMI of their region by sharing, with tags of their own. @default
   * every target publishes
   */
  readonly sharingAccount?: string | undefined;
  /** Leave targets without unpacker out instead of failing them. @default false */
  readonly ignoreMissingUnpackers?: boolean | undefined;
  /** How many targets at once. @default 1,024 */
  readonly concurrency?: number | undefined;
}

/** Options with every default in place and every duration an instant; JSON. */
export interface ResolvedPublishOptions extends JsonObject {
  readonly stream: string;
  readonly leaf: string;
  readonly tags: Tags;
  readonly amiName: string;
  readonly architecture: Architecture;
  readonly bootMode: BootMode;
  readonly enaSupport: boolean;
  readonly imdsV2Only: boolean;
  readonly throughputMiBps: number;
  readonly iops: number;
  readonly kmsKey: string | null;
  readonly rootDeviceName: string;
  readonly minFreeBytes: number;
  /** RFC 3339, UTC. */
  readonly deprecateAt: string | null;
  readonly deregistrationProtection: boolean;
  /** As it was given; journals of earlier versions do not have it. */
  readonly ssmParameter?: string | null;
  /** Journals of earlier versions do not have it. */
  readonly shareWith?: readonly Grantee[];
  readonly sharingAccount?: string | null;
  readonly ignoreMissingUnpackers: boolean;
  readonly concurrency: number;
}

const wholeNumber = (name: string, value: number, min: number, max: number): number => {
  if (Number.isSafeInteger(value) && value >= min && value <= max) return value;
  throw new AmiPublisherError('INVALID_OPTION', {
    message: `expected \`${name}\` to be a whole number from ${min} to ${max}, got ${value}`,
    resource: name,
  });
};

const oneOf = <T extends string>(name: string, value: T, allowed: readonly T[]): T => {
  if (allowed.includes(value)) return value;
  throw new AmiPublisherError('INVALID_OPTION', {
    message: `expected \`${name}\` to be one of ${allowed.join(', ')}, got ${JSON.stringify(value)}`,
    resource: name,
  });
};

const tenYearsMs = 10 * 365 * 24 * 60 * 60 * 1000;

/** The reference's form: `YYYY-MM-DD hh:mm:ss`, UTC (reference 4.10). */
export const formatExpiry = (at: number): string => new Date(at).toISOString().slice(0, 19).replace('T', ' ');

/**
 * Puts the defaults in place and checks every value.
 *
 * @param now milliseconds since the Unix epoch; durations count from it.
 * @throws `INVALID_OPTION` naming the option, the rule and the value.
 */
export const resolvePublishOptions = (options: PublishOptions, now: number): ResolvedPublishOptions => {
  const architecture = oneOf('architecture', options.architecture ?? 'x86_64', ['x86_64', 'arm64']);
  const defaultBootMode = architecture === 'arm64' ? 'uefi' : 'uefi-preferred';
  const bootMode = oneOf('bootMode', options.bootMode ?? defaultBootMode, [
    'legacy-bios',
    'uefi',
    'uefi-preferred',
  ]);
  if (architecture === 'arm64' && bootMode !== 'uefi') {
    throw new AmiPublisherError('INVALID_OPTION', {
      message: `expected \`bootMode\` to be uefi for arm64, got ${JSON.stringify(bootMode)}`,
      resource: 'bootMode',
    });
  }
  const { expiresInMs, deprecateInMs } = options;
  const tags = { ...options.tags };
  checkTags(tags);
  if (expiresInMs !== undefined) {
    tags.ExpiresAt = formatExpiry(now + wholeNumber('expiresInMs', expiresInMs, 1, tenYearsMs));
  }
  return {
    stream: options.stream,
    leaf: options.leaf,
    tags,
    amiName: options.amiName ?? defaultAmiNameTemplate,
    architecture,
    bootMode,
    enaSupport: options.enaSupport ?? true,
    imdsV2Only: options.imdsV2Only ?? true,
    throughputMiBps: wholeNumber('throughputMiBps', options.throughputMiBps ?? 125, 125, 2_000),
    iops: wholeNumber('iops', options.iops ?? 3_000, 3_000, 80_000),
    kmsKey: options.kmsKey ?? null,
    rootDeviceName: rootDeviceName(options.rootDeviceName ?? '/dev/xvda'),
    minFreeBytes: wholeNumber('minFreeBytes', options.minFreeBytes ?? 268_435_456, 0, 2 ** 44),
    deprecateAt:
      deprecateInMs === undefined
        ? null
        : new Date(now + wholeNumber('deprecateInMs', deprecateInMs, 60_000, tenYearsMs)).toISOString(),
    deregistrationProtection: options.deregistrationProtection ?? false,
    ssmParameter: options.ssmParameter ?? null,
    shareWith: options.shareWith?.length ? parseGrantees(options.shareWith, 'shareWith') : [],
    sharingAccount: options.sharingAccount ?? null,
    ignoreMissingUnpackers: options.ignoreMissingUnpackers ?? false,
    concurrency: wholeNumber('concurrency', options.concurrency ?? defaultConcurrency, 1, 4_096),
  };
};

const rootDeviceName = (name: string): string => {
  if (/^\/dev\/(sd[a-z]1?|xvd[a-z]1?)$/.test(name)) return name;
  throw new AmiPublisherError('INVALID_OPTION', {
    message: `expected \`rootDeviceName\` to be a device name such as /dev/xvda or /dev/sda1, got ${JSON.stringify(name)}`,
    resource: 'rootDeviceName',
  });
};
