import { parseDuration, parseSize, parseWholeNumber } from '@ami-publisher/base';
import type { ResolvedTargets } from '../cloud/cloud.js';
import type { Tags } from '../cloud/tags.js';
import type { PublishOptions } from './options.js';

/** What to publish and how, as people write it in flags and inputs; what is left out has the default of {@link PublishOptions}. */
export interface WrittenPublishOptions {
  readonly stream: string;
  readonly leaf: string;
  readonly tags: Tags;
  /** A duration such as `30d`, like `deprecateIn`. */
  readonly expiresIn?: string | undefined;
  readonly amiName?: string | undefined;
  readonly architecture?: string | undefined;
  readonly bootMode?: string | undefined;
  readonly enaSupport?: boolean | undefined;
  readonly imdsV2Only?: boolean | undefined;
  readonly iops?: string | undefined;
  /** MiB/s. */
  readonly throughput?: string | undefined;
  readonly kmsKey?: string | undefined;
  readonly rootDeviceName?: string | undefined;
  /** A size such as `512MiB`. */
  readonly minFree?: string | undefined;
  readonly deprecateIn?: string | undefined;
  readonly deregistrationProtection?: boolean | undefined;
  readonly ssmParameter?: string | undefined;
  /** Each one grantee, or several with commas between. */
  readonly shareWith?: readonly string[] | undefined;
  readonly sharingAccount?: string | undefined;
  readonly ignoreMissingUnpackers?: boolean | undefined;
  readonly concurrency?: string | undefined;
}

/**
 * The options of a publication from what was written for them.
 *
 * @throws `INVALID_OPTION` naming option, rule and value.
 */
export const parsePublishOptions = (
  written: WrittenPublishOptions,
  targets: ResolvedTargets,
): PublishOptions => ({
  stream: written.stream,
  leaf: written.leaf,
  targets,
  tags: written.tags,
  expiresInMs: parsed(written.expiresIn, (text) => parseDuration('expires-in', text)),
  amiName: written.amiName,
  architecture: written.architecture as PublishOptions['architecture'],
  bootMode: written.bootMode as PublishOptions['bootMode'],
  enaSupport: written.enaSupport,
  imdsV2Only: written.imdsV2Only,
  iops: parsed(written.iops, (text) => parseWholeNumber('iops', text)),
  throughputMiBps: parsed(written.throughput, (text) => parseWholeNumber('throughput', text)),
  kmsKey: written.kmsKey,
  rootDeviceName: written.rootDeviceName,
  minFreeBytes: parsed(written.minFree, (text) => parseSize('min-free', text)),
  deprecateInMs: parsed(written.deprecateIn, (text) => parseDuration('deprecate-in', text)),
  deregistrationProtection: written.deregistrationProtection === true,
  ssmParameter: written.ssmParameter,
  shareWith: (written.shareWith ?? []).flatMap((value) => value.split(',')),
  sharingAccount: written.sharingAccount,
  ignoreMissingUnpackers: written.ignoreMissingUnpackers === true,
  concurrency: parsed(written.concurrency, (text) => parseWholeNumber('concurrency', text, 1)),
});

const parsed = <T>(text: string | undefined, parse: (text: string) => T): T | undefined =>
  text === undefined ? undefined : parse(text);
