import type { VolumeType } from '@aws-sdk/client-ec2';
import { invalidCombination, invalidParameter, missingParameter } from '../model/api-error.js';
import type { VolumePerformance } from '../model/records.js';

type Range = readonly [min: number, max: number];

interface TypeRules {
  readonly sizeGiB: Range;
  readonly iops?: { readonly range: Range; readonly initial?: number; readonly perGiB: number };
  /** MiB/s */
  readonly throughput?: { readonly range: Range; readonly initial: number };
}

/** Limits as the references of CreateVolume and the EBS user guide give them. */
const typeRules: Readonly<Record<VolumeType, TypeRules>> = {
  gp2: { sizeGiB: [1, 16_384] },
  gp3: {
    sizeGiB: [1, 65_536],
    iops: { range: [3000, 80_000], initial: 3000, perGiB: 500 },
    throughput: { range: [125, 2000], initial: 125 },
  },
  io1: { sizeGiB: [4, 16_384], iops: { range: [100, 64_000], perGiB: 50 } },
  io2: { sizeGiB: [4, 65_536], iops: { range: [100, 256_000], perGiB: 1000 } },
  sc1: { sizeGiB: [125, 16_384] },
  st1: { sizeGiB: [125, 16_384] },
  standard: { sizeGiB: [1, 1024] },
};

/** gp3 gives at most this many MiB/s for one IOPS. */
const maxThroughputPerIops = 0.25;

/** What a request says about a volume. */
export interface PerformanceRequest {
  readonly sizeGiB: number | undefined;
  readonly type: string | undefined;
  readonly iops: number | undefined;
  readonly throughput: number | undefined;
}

/**
 * Checks size, IOPS and throughput against the limits of the volume type and fills in the type's defaults.
 *
 * @throws `MissingParameter`, `InvalidParameterValue` or `InvalidParameterCombination`.
 */
export const checkPerformance = (request: PerformanceRequest): VolumePerformance => {
  const type = checkType(request.type ?? 'gp2');
  const rules = typeRules[type];
  if (request.sizeGiB === undefined) throw missingParameter('size/snapshot');
  const sizeGiB = checkRange('size', request.sizeGiB, rules.sizeGiB);
  const iops = checkIops(type, rules, request.iops, sizeGiB);
  const throughput = checkThroughput(type, rules, request.throughput, iops);
  return { sizeGiB, type, iops, throughput };
};

const checkType = (type: string): VolumeType => {
  if (!Object.hasOwn(typeRules, type)) {
    throw invalidParameter('volumeType', type, `Expecting one of ${Object.keys(typeRules).join(', ')}.`);
  }
  return type as VolumeType;
};

const checkRange = (name: string, value: number, [min, max]: Range): number => {
  if (!Number.isInteger(value) || value < min || value > max) {
    throw invalidParameter(name, value, `Expecting a whole number between ${min} and ${max}.`);
  }
  return value;
};

const checkIops = (
  type: VolumeType,
  rules: TypeRules,
  iops: number | undefined,
  sizeGiB: number,
): number | undefined => {
  if (rules.iops === undefined) {
    if (iops !== undefined)
      throw invalidCombination(`The parameter iops is not supported for ${type} volumes.`);
    return undefined;
  }
  const { range, initial, perGiB } = rules.iops;
  const value = iops ?? initial;
  if (value === undefined) throw missingParameter('iops');
  checkRange('iops', value, range);
  if (value > Math.max(range[0], sizeGiB * perGiB)) {
    throw invalidParameter('iops', value, `A ${type} volume has at most ${perGiB} IOPS for each GiB.`);
  }
  return value;
};

const checkThroughput = (
  type: VolumeType,
  rules: TypeRules,
  throughput: number | undefined,
  iops: number | undefined,
): number | undefined => {
  if (rules.throughput === undefined) {
    if (throughput !== undefined)
      throw invalidCombination(`The parameter throughput is not supported for ${type} volumes.`);
    return undefined;
  }
  const value = checkRange('throughput', throughput ?? rules.throughput.initial, rules.throughput.range);
  if (value > (iops ?? 0) * maxThroughputPerIops) {
    throw invalidParameter('throughput', value, 'The ratio of throughput to IOPS is at most 0.25 MiB/s.');
  }
  return value;
};
