import { AmiPublisherError, invalidOption } from '@ami-publisher/base';
import { parseLeafName, parseStreamName } from '@ami-publisher/image';
import type { LeaseClaim } from './leases.js';

interface Pattern {
  readonly test: RegExp;
  readonly rule: string;
}

const patterns = {
  deviceId: { test: /^vol-[0-9a-f]{8,17}$/, rule: 'an EBS volume id, such as vol-0123456789abcdef0' },
  manifestDigest: { test: /^[0-9a-f]{128}$/, rule: 'a SHA-512 as 128 lower-case hex digits' },
  publication: { test: /^[\x21-\x7e]{1,200}$/, rule: '1 to 200 printable ASCII characters without spaces' },
  holder: { test: /^[\x20-\x7e]{1,300}$/, rule: '1 to 300 printable ASCII characters' },
  operationId: { test: /^[\x21-\x7e]{1,500}$/, rule: '1 to 500 printable ASCII characters without spaces' },
  kmsKey: { test: /^[\w:/-]{1,2048}$/, rule: 'the ARN, id or alias of a KMS key' },
  hint: { test: /^(\/dev\/[a-z0-9/]{1,30})?$/, rule: 'a device name such as /dev/sdf, or empty' },
} as const satisfies Record<string, Pattern>;

/**
 * Checks a value that comes from outside.
 *
 * @throws `INVALID_OPTION` naming the field, the rule and the value.
 */
export const checked = (field: keyof typeof patterns, value: string): string => {
  const pattern: Pattern = patterns[field];
  if (!pattern.test.test(value)) throw invalidOption(field, pattern.rule, value);
  return value;
};

/** An ARN, an id, an alias: a key has no more names than these. */
const maxKmsKeys = 4;

/** @throws `INVALID_OPTION` unless they are names of a KMS key. */
export const checkedKeys = (kmsKeys: readonly string[]): string[] => {
  if (kmsKeys.length <= maxKmsKeys) return kmsKeys.map((key) => checked('kmsKey', key));
  throw invalidOption('kmsKeys', `at most ${maxKmsKeys} names of one KMS key`, kmsKeys.length);
};

/** @throws `INVALID_OPTION` unless `low <= value <= high`; 0 means `otherwise`. */
export const checkedMs = (
  field: string,
  value: number,
  limits: { readonly low: number; readonly high: number; readonly otherwise: number },
): number => {
  if (value === 0) return limits.otherwise;
  if (value >= limits.low && value <= limits.high) return value;
  throw invalidOption(field, `between ${limits.low} and ${limits.high} ms`, value);
};

/** A lease as a call names it, with its stream. */
export interface StreamClaim extends LeaseClaim {
  readonly stream: string;
}

interface LeaseReference {
  readonly stream: string;
  readonly publication: string;
  readonly epoch: string;
}

/**
 * Checks the lease that a call is made under.
 *
 * @throws `INVALID_OPTION` if there is none, `INVALID_NAME` for a bad stream name.
 */
export const checkedClaim = (lease: LeaseReference | null): StreamClaim => {
  if (lease === null) throw leaseMissing();
  return {
    stream: parseStreamName(lease.stream),
    publication: checked('publication', lease.publication),
    epoch: checkedEpoch(lease.epoch),
  };
};

const checkedEpoch = (value: string): number => {
  const epoch = Number(value);
  if (Number.isSafeInteger(epoch) && epoch > 0) return epoch;
  throw invalidOption('lease.epoch', 'the epoch that AcquireLease gave', value);
};

const leaseMissing = (): AmiPublisherError =>
  new AmiPublisherError('INVALID_OPTION', {
    message: 'expected `lease` to name a lease, got none',
    remedy: 'acquire one with AcquireLease',
  });

export { parseLeafName, parseStreamName };
