import type { AmiPublisherError } from '@ami-publisher/base';
import { createAwsServiceQuotasApi, type ServiceQuota } from '../cloud/aws-service-quotas-api.js';
import { describeImages, describeSnapshots, describeVolumes } from '../cloud/describe.js';
import type { CallOptions, Ec2Api } from '../cloud/ec2-api.js';
import { forEachTarget, type TargetAnswer } from '../target/for-each-target.js';
import { formatTarget, type Target } from '../target/target.js';
import type { DoctorOptions } from './doctor.js';
import { type Finding, ok, warning } from './finding.js';

/** What an account has in a region of that which publications make. */
export interface RegionUse {
  readonly images: number;
  readonly snapshots: number;
  /** Of all volumes of type gp3 together. */
  readonly gp3GiB: number;
}

interface WatchedQuota extends ServiceQuota {
  readonly name: string;
  /** How much of it is used, in the unit of its value. */
  readonly used: (use: RegionUse) => number;
}

const gibPerTib = 1024;

/** Codes and units: "Amazon EC2 endpoints and quotas" and "Amazon EBS endpoints and quotas" of AWS's general reference. */
const watchedQuotas: readonly WatchedQuota[] = [
  { serviceCode: 'ec2', quotaCode: 'L-B665C33B', name: 'AMIs', used: ({ images }) => images },
  { serviceCode: 'ebs', quotaCode: 'L-309BACF6', name: 'snapshots', used: ({ snapshots }) => snapshots },
  {
    serviceCode: 'ebs',
    quotaCode: 'L-7A658B76',
    name: 'TiB of gp3 volumes',
    used: ({ gp3GiB }) => gp3GiB / gibPerTib,
  },
];

/** Share of a quota from which it is warned of. */
const warnAt = 0.8;
const concurrency = 20;

/** What is applied of each quota, by its code; nothing of those that AWS does not tell. */
export type AppliedQuotas = ReadonlyMap<string, number>;

interface Told {
  readonly use: RegionUse;
  readonly applied: AppliedQuotas;
}

/** How much is left in each target of what publications use up. A target that does not tell is a warning: publications need not be let to ask. */
export const examineQuotas = async (
  { cloud, signal }: Pick<DoctorOptions, 'cloud'> & CallOptions,
  targets: readonly Target[],
): Promise<readonly Finding[]> => {
  const ask = async (target: Target): Promise<Told> => {
    const [use, applied] = await Promise.all([
      useOf(await cloud.ec2(target), { signal }),
      appliedQuotas(cloud, target, { signal }),
    ]);
    return { use, applied };
  };
  const answers = await forEachTarget(targets, ask, { concurrency, signal });
  return answers.flatMap(judgeAnswer);
};

const useOf = async (ec2: Ec2Api, options: CallOptions): Promise<RegionUse> => {
  const [images, snapshots, volumes] = await Promise.all([
    describeImages(ec2, [], options),
    describeSnapshots(ec2, [], options),
    describeVolumes(ec2, [{ Name: 'volume-type', Values: ['gp3'] }], options),
  ]);
  const gp3GiB = volumes.reduce((sum, { Size = 0 }) => sum + Size, 0);
  return { images: images.length, snapshots: snapshots.length, gp3GiB };
};

const appliedQuotas = async (
  cloud: DoctorOptions['cloud'],
  target: Target,
  options: CallOptions,
): Promise<AppliedQuotas> => {
  const config = await cloud.clientConfig(target);
  const api = await createAwsServiceQuotasApi({ target: formatTarget(target), config });
  const told = await Promise.all(
    watchedQuotas.map(async (quota) => ({
      code: quota.quotaCode,
      value: await api.getServiceQuota(quota, options),
    })),
  );
  return new Map(told.flatMap(({ code, value }) => (value === undefined ? [] : [[code, value]])));
};

const judgeAnswer = (answer: TargetAnswer<Told>): readonly Finding[] =>
  'error' in answer
    ? [notTold(formatTarget(answer.target), answer.error)]
    : judgeQuotas(answer.target, answer.value.use, answer.value.applied);

const notTold = (subject: string, error: AmiPublisherError): Finding => {
  const { code, call, summary, remedy = 'look again later' } = error;
  const isDenied = code === 'ACCESS_DENIED' && call !== undefined;
  return warning(
    { check: 'quotas', subject },
    summary,
    isDenied ? `allow ${call} (docs/iam.md), or do without this check` : remedy,
  );
};

/** One line of all that is in order, and one for each quota that is nearly or wholly used up. */
export const judgeQuotas = (
  target: Pick<Target, 'account' | 'region'>,
  use: RegionUse,
  applied: AppliedQuotas,
): readonly Finding[] => {
  const site = { check: 'quotas', subject: formatTarget(target) } as const;
  const measured = watchedQuotas.flatMap((quota) => {
    const value = applied.get(quota.quotaCode);
    return value === undefined ? [] : [{ ...quota, value, count: quota.used(use) }];
  });
  const scarce = measured.filter(({ value, count }) => count >= value * warnAt);
  const enough = measured.filter((one) => !scarce.includes(one)).map(describeUse);
  return [
    ...(enough.length > 0 ? [ok(site, enough.join(', '))] : []),
    ...scarce.map((one): Finding => {
      const finding = warning(site, `${describeUse(one)} are used`, raise(target.region, one));
      return one.count < one.value ? finding : { ...finding, status: 'failure', code: 'AWS_QUOTA_EXCEEDED' };
    }),
  ];
};

interface MeasuredQuota extends WatchedQuota {
  readonly value: number;
  readonly count: number;
}

/** `41,000 of 50,000 AMIs` */
const describeUse = ({ name, value, count }: MeasuredQuota): string =>
  `${written(count)} of ${written(value)} ${name}`;

const written = (quantity: number): string => quantity.toLocaleString('en-US', { maximumFractionDigits: 1 });

const raise = (region: string, { serviceCode, quotaCode, value }: MeasuredQuota): string =>
  `ask AWS for more (\`aws service-quotas request-service-quota-increase --region ${region} --service-code ${serviceCode} --quota-code ${quotaCode} --desired-value ${value * 2}\`), or remove what nobody needs any more`;
