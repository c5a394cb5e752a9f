import type { LaunchTemplate, LaunchTemplateVersion } from '@aws-sdk/client-ec2';
import pMap from 'p-map';
import { allPages } from '../../cloud/describe.js';
import { detached } from './detached.js';
import type { Look, Use } from './uses.js';

/** A version of a launch template, as far as it names what an AMI is made of. */
export interface TemplateVersion {
  readonly templateId: string;
  readonly templateName: string;
  readonly number: number;
  readonly isDefault: boolean;
  readonly isLatest: boolean;
  /** AMIs and snapshots; what `resolve:ssm:` leads to is a parameter. */
  readonly names: readonly string[];
}

/** The most that AWS tells in one answer. */
const perPage = 200;
/** Templates of one target at once. */
const templatesAtOnce = 8;

/** Every version of every launch template: whoever launches may choose any. */
export const listTemplateVersions = async (look: Look): Promise<TemplateVersion[]> => {
  const { ec2, signal } = look;
  const templates = await allPages(
    (page) => ec2.describeLaunchTemplates({ MaxResults: perPage, ...page }, { signal }),
    (page) => page.LaunchTemplates,
  );
  const versions = await pMap(templates, (template) => versionsOf(look, template), {
    concurrency: templatesAtOnce,
  });
  return versions.flat();
};

const versionsOf = ({ ec2, signal }: Look, template: LaunchTemplate): Promise<TemplateVersion[]> => {
  const { LaunchTemplateId = '', LatestVersionNumber } = template;
  return allPages(
    (page) =>
      ec2.describeLaunchTemplateVersions({ LaunchTemplateId, MaxResults: perPage, ...page }, { signal }),
    ({ LaunchTemplateVersions = [] }) =>
      detached(
        LaunchTemplateVersions.map((version) => ({
          templateId: LaunchTemplateId,
          templateName: template.LaunchTemplateName ?? LaunchTemplateId,
          number: version.VersionNumber ?? 0,
          isDefault: version.DefaultVersion === true,
          isLatest: version.VersionNumber === LatestVersionNumber,
          names: namesIn(version),
        })),
      ),
  );
};

const namesIn = ({ LaunchTemplateData: data }: LaunchTemplateVersion): string[] => [
  ...(data?.ImageId?.startsWith('ami-') ? [data.ImageId] : []),
  ...(data?.BlockDeviceMappings ?? []).flatMap(({ Ebs }) => Ebs?.SnapshotId ?? []),
];

/** `launch template web version 3 ($Default, $Latest)` */
export const templateUses = (version: TemplateVersion): Use[] => {
  const marks = [version.isDefault ? '$Default' : [], version.isLatest ? '$Latest' : []].flat();
  const marked = marks.length === 0 ? '' : ` (${marks.join(', ')})`;
  return version.names.map((of) => ({
    of,
    kind: 'launch-template',
    resource: `${version.templateId}:${version.number}`,
    text: `launch template ${version.templateName} version ${version.number}${marked}`,
  }));
};
