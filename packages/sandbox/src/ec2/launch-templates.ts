import type * as ec2 from '@aws-sdk/client-ec2';
import { ApiError, invalidCombination, invalidParameter, missingParameter } from '../model/api-error.js';
import type { LaunchTemplateRecord } from '../model/records.js';
import type { RegionState } from '../model/region-state.js';
import { type DescribeRules, describeRecords } from './describe.js';
import type { Ec2Handler } from './handler.js';
import { lookup } from './lookup.js';
import { tagList } from './tags.js';

/** AWS's limit for these two actions. */
const maxTemplateResults = 200;
const creator = (state: RegionState): string => `arn:aws:iam::${state.accountId}:user/administrator`;

const checkPageSize = (limit: number | undefined): void => {
  if (limit !== undefined && (limit < 1 || limit > maxTemplateResults))
    throw invalidParameter('maxResults', limit, `Expecting a value between 1 and ${maxTemplateResults}.`);
};

const templateRules: DescribeRules<LaunchTemplateRecord> = {
  kind: 'launch-template',
  minResults: 1,
  filters: {
    'create-time': ({ createTime }) => createTime,
    'launch-template-name': ({ name }) => name,
  },
};

export const describeLaunchTemplates: Ec2Handler<'DescribeLaunchTemplates'> = ({ state, lag }, input) => {
  checkPageSize(input.MaxResults);
  const byName = (input.LaunchTemplateNames ?? []).map((name) => templateNamed(state, name).id);
  const ids = [...(input.LaunchTemplateIds ?? []), ...byName];
  const { records, nextToken } = describeRecords(state.references.launchTemplates, templateRules, {
    ids: ids.length === 0 ? undefined : ids,
    filters: input.Filters,
    maxResults: input.MaxResults,
    nextToken: input.NextToken,
    lag,
  });
  return {
    LaunchTemplates: records.map((template) => ({
      LaunchTemplateId: template.id,
      LaunchTemplateName: template.name,
      CreateTime: template.createTime,
      CreatedBy: creator(state),
      DefaultVersionNumber: template.defaultVersion,
      LatestVersionNumber: template.versions.length,
      Tags: tagList(template.tags),
    })),
    NextToken: nextToken,
  };
};

/** Without a template, AWS tells the `$Latest` and `$Default` versions of all. */
export const describeLaunchTemplateVersions: Ec2Handler<'DescribeLaunchTemplateVersions'> = (
  { state },
  input,
) => {
  checkPageSize(input.MaxResults);
  if ((input.Filters ?? []).length > 0 || input.MinVersion !== undefined || input.MaxVersion !== undefined)
    throw new ApiError('UnsupportedOperation', 'The sandbox does not choose launch template versions.');
  const template = templateOf(state, input);
  const rows =
    template === undefined
      ? state.references.launchTemplates
          .list()
          .flatMap((each) => versionsOf(state, each, allTemplates(input.Versions)))
      : versionsOf(state, template, input.Versions ?? []);
  const start = Number(input.NextToken ?? 0);
  if (!Number.isInteger(start) || start < 0 || start > rows.length)
    throw new ApiError('InvalidNextToken', `The specified NextToken '${input.NextToken}' is not valid.`);
  const end = start + (input.MaxResults ?? maxTemplateResults);
  return {
    LaunchTemplateVersions: rows.slice(start, end),
    NextToken: end < rows.length ? String(end) : undefined,
  };
};

const allTemplates = (versions: readonly string[] = []): readonly string[] => {
  if (versions.length === 0) throw missingParameter('launchTemplateId');
  if (versions.every((version) => version === '$Latest' || version === '$Default')) return versions;
  throw invalidParameter('versions', versions.join(), 'Expecting $Latest or $Default.');
};

const templateOf = (
  state: RegionState,
  input: ec2.DescribeLaunchTemplateVersionsRequest,
): LaunchTemplateRecord | undefined => {
  const { LaunchTemplateId: id, LaunchTemplateName: name } = input;
  if (id !== undefined && name !== undefined)
    throw invalidCombination('Launch template ID and name cannot both be given.');
  if (name !== undefined) return templateNamed(state, name);
  return id === undefined ? undefined : lookup(state.references.launchTemplates, 'launch-template', id);
};

const templateNamed = ({ references }: RegionState, name: string): LaunchTemplateRecord => {
  const template = references.launchTemplates.list().find((each) => each.name === name);
  if (template !== undefined) return template;
  throw new ApiError(
    'InvalidLaunchTemplateName.NotFoundException',
    `The specified launch template, with template name ${name}, does not exist.`,
  );
};

/** The versions asked for, all without any; the newest first, as AWS tells them. */
const versionsOf = (
  state: RegionState,
  template: LaunchTemplateRecord,
  asked: readonly string[],
): ec2.LaunchTemplateVersion[] => {
  const { id, name, versions, defaultVersion, createTime } = template;
  const numbers: Readonly<Record<string, number>> = { $Latest: versions.length, $Default: defaultVersion };
  const wanted = new Set(asked.map((version) => numbers[version] ?? Number(version)));
  return versions
    .map(({ imageId, snapshotIds = [] }, index) => ({
      LaunchTemplateId: id,
      LaunchTemplateName: name,
      VersionNumber: index + 1,
      DefaultVersion: index + 1 === defaultVersion,
      CreateTime: createTime,
      CreatedBy: creator(state),
      LaunchTemplateData: {
        ImageId: imageId,
        BlockDeviceMappings: snapshotIds.map((SnapshotId) => ({
          DeviceName: '/dev/sdf',
          Ebs: { SnapshotId },
        })),
      },
    }))
    .filter(({ VersionNumber }) => wanted.size === 0 || wanted.has(VersionNumber))
    .reverse();
};
