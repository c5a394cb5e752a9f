import type * as inspector from '@aws-sdk/client-inspector2';
import { ApiError } from '../model/api-error.js';
import type { InstanceRecord } from '../model/records.js';
import type { ServiceContext } from '../services/service.js';
import { rootTree } from '../ssm/commands.js';
import { compareDebianVersions } from './debian-version.js';
import { type InstalledPackage, installedPackages } from './installed-packages.js';

/** A package that is known to be vulnerable below a version. */
export interface Vulnerability {
  /** `CVE-2026-0001` */
  readonly id: string;
  readonly package: string;
  readonly fixedIn: string;
  readonly severity: 'INFORMATIONAL' | 'LOW' | 'MEDIUM' | 'HIGH' | 'CRITICAL' | 'UNTRIAGED';
}

const pageSize = 100;

/** One page of a list, from where the token says. */
const page = <T>(all: readonly T[], token: string | undefined, maxResults = pageSize) => {
  const start = Number(token ?? 0);
  if (!Number.isInteger(start) || maxResults < 1 || maxResults > pageSize)
    throw new ApiError(
      'ValidationException',
      'The input fails to satisfy the constraints specified by Amazon Inspector.',
    );
  const end = start + maxResults;
  return { items: all.slice(start, end), ...(end < all.length && { nextToken: String(end) }) };
};

const listAccountPermissions = (
  _context: ServiceContext,
  { service = 'EC2' }: inspector.ListAccountPermissionsRequest,
): inspector.ListAccountPermissionsResponse => ({
  permissions: (['ENABLE_SCANNING', 'DISABLE_SCANNING'] as const).map((operation) => ({
    service,
    operation,
  })),
});

interface Criteria {
  readonly resourceId?:
    | readonly { readonly comparison: string | undefined; readonly value: string | undefined }[]
    | undefined;
  readonly findingStatus?: unknown;
}

/** The resources that a request names; all without any. Other filters and comparisons are not known. */
const wantedInstances = ({ state }: ServiceContext, criteria: Criteria = {}): readonly InstanceRecord[] => {
  const { resourceId, findingStatus: _, ...others } = criteria;
  if (
    Object.keys(others).length > 0 ||
    resourceId?.some(({ comparison }) => comparison !== 'EQUALS') === true
  )
    throw new ApiError(
      'ValidationException',
      'The sandbox filters by equal resourceId and by findingStatus only.',
    );
  return state.instances
    .list()
    .filter(
      ({ id, state: now }) => now !== 'terminated' && (resourceId?.some(({ value }) => value === id) ?? true),
    );
};

const scanStatus = async (
  context: ServiceContext,
  instance: InstanceRecord,
): Promise<inspector.ScanStatus> => {
  if (instance.state !== 'running') return { statusCode: 'INACTIVE', reason: 'PENDING_INITIAL_SCAN' };
  if (!instance.hasSsmAgent) return { statusCode: 'INACTIVE', reason: 'UNMANAGED_EC2_INSTANCE' };
  const packages = await packagesOf(context, instance);
  return packages === undefined
    ? { statusCode: 'INACTIVE', reason: 'UNSUPPORTED_OS' }
    : { statusCode: 'ACTIVE', reason: 'SUCCESSFUL' };
};

const packagesOf = async (context: ServiceContext, instance: InstanceRecord) => {
  const tree = rootTree(context, instance);
  return tree === undefined ? undefined : installedPackages(tree);
};

const listCoverage = async (
  context: ServiceContext,
  { filterCriteria, nextToken, maxResults }: inspector.ListCoverageRequest,
): Promise<inspector.ListCoverageResponse> => {
  const { items, ...rest } = page(wantedInstances(context, filterCriteria), nextToken, maxResults);
  const coveredResources = await Promise.all(
    items.map(async (instance) => ({
      ...{ resourceId: instance.id, resourceType: 'AWS_EC2_INSTANCE' as const },
      ...{ accountId: context.state.accountId, scanType: 'PACKAGE' as const },
      scanStatus: await scanStatus(context, instance),
    })),
  );
  return { coveredResources, ...rest };
};

const findingsOf = (
  { state, clock }: ServiceContext,
  { id }: InstanceRecord,
  packages: readonly InstalledPackage[],
): inspector.Finding[] => {
  const { accountId, region, services } = state;
  const observed = new Date(clock.now());
  const isIn =
    (vulnerability: Vulnerability) =>
    ({ name, version }: InstalledPackage) =>
      name === vulnerability.package && compareDebianVersions(version, vulnerability.fixedIn) < 0;
  return services.vulnerabilities.flatMap((vulnerability) =>
    packages.filter(isIn(vulnerability)).map(({ name, version }) => ({
      findingArn: `arn:aws:inspector2:${region}:${accountId}:finding/${id}-${vulnerability.id}-${name}`,
      awsAccountId: accountId,
      type: 'PACKAGE_VULNERABILITY',
      title: `${vulnerability.id} - ${name}`,
      description: `${name} ${version} is vulnerable; ${vulnerability.fixedIn} is not.`,
      severity: vulnerability.severity,
      status: 'ACTIVE',
      remediation: {},
      resources: [{ type: 'AWS_EC2_INSTANCE', id, region, partition: 'aws' }],
      ...{ firstObservedAt: observed, lastObservedAt: observed, updatedAt: observed },
      packageVulnerabilityDetails: {
        vulnerabilityId: vulnerability.id,
        source: 'DEBIAN_CVE',
        vulnerablePackages: [{ name, version, fixedInVersion: vulnerability.fixedIn }],
      },
    })),
  );
};

const listFindings = async (
  context: ServiceContext,
  { filterCriteria, nextToken, maxResults }: inspector.ListFindingsRequest,
): Promise<inspector.ListFindingsResponse> => {
  const found = await Promise.all(
    wantedInstances(context, filterCriteria).map(async (instance) =>
      findingsOf(context, instance, (await packagesOf(context, instance)) ?? []),
    ),
  );
  const { items, ...rest } = page(found.flat(), nextToken, maxResults);
  return { findings: [...items], ...rest };
};

/** Every action of Amazon Inspector that the sandbox answers. */
export const inspectorHandlers = {
  ListAccountPermissions: listAccountPermissions,
  ListCoverage: listCoverage,
  ListFindings: listFindings,
} as const;
