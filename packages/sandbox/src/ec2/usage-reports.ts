import type * as ec2 from '@aws-sdk/client-ec2';
import { ApiError, invalidParameter, missingParameter } from '../model/api-error.js';
import { checkId, newResourceId, notFound } from '../model/ids.js';
import { pageByName } from '../model/pages.js';
import type { ImageUsageReportRecord } from '../model/records.js';
import type { ReportedUse } from '../model/references.js';
import type { RegionState } from '../model/region-state.js';
import { oncePerToken } from './client-tokens.js';
import { type DescribeRules, describeRecords } from './describe.js';
import type { Ec2Context, Ec2Handler } from './handler.js';
import { lookup } from './lookup.js';
import { tagList, tagsAtCreation } from './tags.js';

const maxIds = 200;
const defaultPage = 1_000;
const dayMs = 86_400_000;
const keptDays = 30;

/** How many resources of an account use an image. */
type Counter = (state: RegionState, imageId: string, options: ec2.ImageUsageResourceType) => number;

const recipes =
  (kind: 'image-recipe' | 'container-recipe'): Counter =>
  ({ references }, imageId) =>
    references.recipes.filter((recipe) => recipe.kind === kind && recipe.parentImage === imageId).length;

/** Of each launch template this many versions are looked at, the newest, unless the request says otherwise. */
const defaultVersionDepth = 20;

const counters: Readonly<Record<string, Counter>> = {
  'ec2:Instance': ({ instances }, imageId) =>
    instances.list().filter((instance) => instance.imageId === imageId).length,
  'ec2:LaunchTemplate': ({ references }, imageId, { ResourceTypeOptions = [] }) => {
    const depth = ResourceTypeOptions.find(({ OptionName }) => OptionName === 'version-depth');
    const count = Number(depth?.OptionValues?.[0] ?? defaultVersionDepth);
    return references.launchTemplates
      .list()
      .filter(({ versions }) => versions.slice(-count).some((version) => version.imageId === imageId)).length;
  },
  'imagebuilder:ContainerRecipe': recipes('container-recipe'),
  'imagebuilder:ImageRecipe': recipes('image-recipe'),
};

/** Of an image of the caller's own; what other accounts do with it is told too. */
export const createImageUsageReport: Ec2Handler<'CreateImageUsageReport'> = async (context, input) => {
  const { ResourceTypes: resourceTypes = [], AccountIds: accountIds = [] } = input;
  const { id: imageId } = lookup(context.state.images, 'image', input.ImageId);
  if (resourceTypes.length === 0) throw missingParameter('resourceTypes');
  checkCount('accountId', accountIds);
  for (const { ResourceType = '' } of resourceTypes)
    if (!Object.hasOwn(counters, ResourceType))
      throw invalidParameter('resourceType', ResourceType, 'It is not a type of resource that uses images.');
  const tags = tagsAtCreation('image-usage-report', input.TagSpecifications);
  const ReportId = await oncePerToken(context.state, 'CreateImageUsageReport', input, async () =>
    addReport(context, { imageId, accountIds, resourceTypes, tags }),
  );
  return { ReportId };
};

const addReport = (
  { state, clock, everywhere, latency, transitions }: Ec2Context,
  about: Pick<ImageUsageReportRecord, 'imageId' | 'accountIds' | 'resourceTypes' | 'tags'>,
): string => {
  const id = newResourceId('image-usage-report');
  const { usageReportError: stateReason } = state.references;
  const report: ImageUsageReportRecord = {
    ...{ ...about, id, state: 'pending', stateReason: undefined },
    ...{ createTime: new Date(clock.now()), entries: [] },
  };
  state.usageReports.insert(report);
  transitions.after(latency.next('usageReportMs', id), () => {
    const entries = [...countedUses(report, everywhere(state.region)), ...addedUses(report, state)];
    state.usageReports.update(
      id,
      stateReason === undefined ? { state: 'available', entries } : { state: 'error', stateReason },
    );
  });
  return id;
};

const isAbout = ({ accountIds }: ImageUsageReportRecord, accountId: string): boolean =>
  accountIds.length === 0 || accountIds.includes(accountId);

const countedUses = (report: ImageUsageReportRecord, states: readonly RegionState[]): ReportedUse[] =>
  states
    .filter(({ accountId }) => isAbout(report, accountId))
    .flatMap((state) =>
      report.resourceTypes.map((type) => ({
        imageId: report.imageId,
        accountId: state.accountId,
        resourceType: type.ResourceType!,
        count: counters[type.ResourceType!]!(state, report.imageId, type),
      })),
    )
    .filter(({ count }) => count > 0);

const addedUses = (report: ImageUsageReportRecord, { references }: RegionState): ReportedUse[] =>
  references.reportedUses.filter(
    ({ imageId, accountId, resourceType }) =>
      imageId === report.imageId &&
      isAbout(report, accountId) &&
      report.resourceTypes.some(({ ResourceType }) => ResourceType === resourceType),
  );

const checkCount = (name: string, ids: readonly string[] = []): void => {
  if (ids.length > maxIds) throw invalidParameter(name, ids.length, `At most ${maxIds}.`);
};

const rules: DescribeRules<ImageUsageReportRecord> = {
  kind: 'image-usage-report',
  minResults: 1,
  filters: { 'creation-time': ({ createTime }) => createTime, state: ({ state }) => state },
};

export const describeImageUsageReports: Ec2Handler<'DescribeImageUsageReports'> = (
  { state, lag },
  { ReportIds: ids, ImageIds: imageIds = [], Filters, MaxResults, NextToken },
) => {
  checkCount('reportId', ids);
  checkCount('imageId', imageIds);
  const { records, nextToken } = describeRecords(
    state.usageReports,
    rules,
    { ids, filters: Filters, maxResults: MaxResults, nextToken: NextToken, lag },
    ({ imageId }) => imageIds.length === 0 || imageIds.includes(imageId),
  );
  return { ImageUsageReports: records.map(view), NextToken: nextToken };
};

const view = (report: ImageUsageReportRecord): ec2.ImageUsageReport => ({
  ReportId: report.id,
  ImageId: report.imageId,
  AccountIds: [...report.accountIds],
  ResourceTypes: [...report.resourceTypes],
  State: report.state,
  StateReason: report.stateReason,
  CreationTime: report.createTime,
  ExpirationTime: new Date(report.createTime.getTime() + keptDays * dayMs),
  Tags: tagList(report.tags),
});

export const describeImageUsageReportEntries: Ec2Handler<'DescribeImageUsageReportEntries'> = (
  { state },
  { ReportIds: ids = [], ImageIds: imageIds = [], Filters = [], MaxResults, NextToken },
) => {
  if (Filters.length > 0)
    throw new ApiError('UnsupportedOperation', 'The sandbox does not choose entries of usage reports.');
  checkCount('reportId', ids);
  checkCount('imageId', imageIds);
  for (const id of ids) {
    checkId('image-usage-report', id);
    if (state.usageReports.get(id) === undefined) throw notFound('image-usage-report', id);
  }
  const wanted = state.usageReports
    .list()
    .filter(
      ({ id, imageId }) =>
        (ids.length === 0 || ids.includes(id)) && (imageIds.length === 0 || imageIds.includes(imageId)),
    );
  const entries = new Map(wanted.flatMap(entriesOf));
  const { items, nextToken } = pageByName(entries, MaxResults ?? defaultPage, NextToken, 'InvalidNextToken');
  return { ImageUsageReportEntries: [...items], NextToken: nextToken };
};

const entriesOf = ({
  id,
  createTime,
  entries,
}: ImageUsageReportRecord): [string, ec2.ImageUsageReportEntry][] =>
  entries.map(({ imageId, accountId, resourceType, count }) => [
    `${id} ${accountId} ${resourceType}`,
    {
      ...{ ReportId: id, ImageId: imageId, AccountId: accountId, ResourceType: resourceType },
      ...{ UsageCount: count, ReportCreationTime: createTime },
    },
  ]);

export const deleteImageUsageReport: Ec2Handler<'DeleteImageUsageReport'> = ({ state }, input) => {
  const { id } = lookup(state.usageReports, 'image-usage-report', input.ReportId);
  state.usageReports.remove(id);
  return { Return: true };
};
