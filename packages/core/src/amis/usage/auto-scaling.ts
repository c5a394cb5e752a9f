import type {
  AutoScalingGroup,
  LaunchConfiguration,
  LaunchTemplateChoice,
} from '../../cloud/auto-scaling-api.js';
import { allPages } from '../../cloud/describe.js';
import type { TemplateVersion } from './launch-templates.js';
import type { Look, Use } from './uses.js';

/** The most that AWS tells in one answer. */
const perPage = 100;

export const listGroups = async ({ cloud, target, signal }: Look): Promise<AutoScalingGroup[]> => {
  const api = await cloud.autoScaling(target);
  return allPages(
    (page) => api.describeAutoScalingGroups({ MaxRecords: perPage, ...page }, { signal }),
    (page) => page.AutoScalingGroups,
  );
};

export const listLaunchConfigurations = async ({
  cloud,
  target,
  signal,
}: Look): Promise<LaunchConfiguration[]> => {
  const api = await cloud.autoScaling(target);
  return allPages(
    (page) => api.describeLaunchConfigurations({ MaxRecords: perPage, ...page }, { signal }),
    (page) => page.LaunchConfigurations,
  );
};

const namesOf = ({ ImageId, BlockDeviceMappings = [] }: LaunchConfiguration): string[] => [
  ...(ImageId === undefined ? [] : [ImageId]),
  ...BlockDeviceMappings.flatMap(({ Ebs }) => Ebs?.SnapshotId ?? []),
];

export const configurationUses = (configuration: LaunchConfiguration): Use[] => {
  const { LaunchConfigurationName: name = '' } = configuration;
  return namesOf(configuration).map((of) => ({
    of,
    kind: 'launch-configuration',
    resource: name,
    text: `launch configuration ${name}`,
  }));
};

/** What a group launches, by its launch configuration or by the template versions that it and its mixed instances policy choose. */
export const groupUses = (
  group: AutoScalingGroup,
  versions: readonly TemplateVersion[],
  configurations: readonly LaunchConfiguration[],
): Use[] => {
  const { AutoScalingGroupName: name = '', LaunchConfigurationName } = group;
  const { LaunchTemplateSpecification, Overrides = [] } = group.MixedInstancesPolicy?.LaunchTemplate ?? {};
  const choices = [
    group.LaunchTemplate,
    LaunchTemplateSpecification,
    ...Overrides.map((override) => override.LaunchTemplateSpecification),
  ].filter((choice) => choice !== undefined);
  const launched = [
    ...configurations
      .filter((configuration) => configuration.LaunchConfigurationName === LaunchConfigurationName)
      .flatMap(namesOf),
    ...versions
      .filter((version) => choices.some((choice) => isChosen(version, choice)))
      .flatMap(({ names }) => names),
    ...Overrides.flatMap(({ ImageId }) => ImageId ?? []),
  ];
  return [...new Set(launched)].map((of) => ({
    of,
    kind: 'auto-scaling-group',
    resource: name,
    text: `Auto Scaling group ${name}`,
  }));
};

/** A group without a version takes the default one. */
const isChosen = (version: TemplateVersion, choice: LaunchTemplateChoice): boolean => {
  const { LaunchTemplateId, LaunchTemplateName, Version = '$Default' } = choice;
  const isTemplate = LaunchTemplateId === version.templateId || LaunchTemplateName === version.templateName;
  const isVersion =
    Version === String(version.number) ||
    (Version === '$Default' && version.isDefault) ||
    (Version === '$Latest' && version.isLatest);
  return isTemplate && isVersion;
};
