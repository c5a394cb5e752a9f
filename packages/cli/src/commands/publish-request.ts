import type { PublishOptions, ResolvedTargets } from '@ami-publisher/core';
import { parseDuration, parseSize, parseWholeNumber } from '../input/duration.js';
import { tagsOf } from '../input/tags.js';

type Options = Readonly<Record<string, unknown>>;

/** The SDK's options from the flags of `publish` and `plan`. */
export const publishRequest = async (
  [stream = '', leaf = '']: readonly string[],
  options: Options,
  targets: ResolvedTargets,
): Promise<PublishOptions> => ({
  stream,
  leaf,
  targets,
  tags: await tagsOf(options),
  expiresInMs: optional(options, 'expiresIn', (text) => parseDuration('expires-in', text)),
  amiName: optional(options, 'amiName', String),
  architecture: optional(options, 'architecture', (text) => text as PublishOptions['architecture']),
  bootMode: optional(options, 'bootMode', (text) => text as PublishOptions['bootMode']),
  enaSupport: options.enaSupport as boolean | undefined,
  imdsV2Only: options.imdsV2Only as boolean | undefined,
  iops: optional(options, 'iops', (text) => parseWholeNumber('iops', text)),
  throughputMiBps: optional(options, 'throughput', (text) => parseWholeNumber('throughput', text)),
  kmsKey: optional(options, 'kmsKey', String),
  rootDeviceName: optional(options, 'rootDeviceName', String),
  minFreeBytes: optional(options, 'minFree', (text) => parseSize('min-free', text)),
  deprecateInMs: optional(options, 'deprecateIn', (text) => parseDuration('deprecate-in', text)),
  deregistrationProtection: options.deregistrationProtection === true,
  ssmParameter: optional(options, 'ssmParameter', String),
  shareWith: ((options.shareWith as string[] | undefined) ?? []).flatMap((value) => value.split(',')),
  sharingAccount: optional(options, 'sharingAccount', String),
  ignoreMissingUnpackers: options.ignoreMissingUnpackers === true,
  concurrency: optional(options, 'concurrency', (text) => parseWholeNumber('concurrency', text, 1)),
});

const optional = <T>(options: Options, name: string, parse: (text: string) => T): T | undefined => {
  const value = options[name];
  return typeof value === 'string' ? parse(value) : undefined;
};
