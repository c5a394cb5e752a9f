import { type AmiPublisherError, toAmiPublisherError } from '@ami-publisher/base';
import type { Cloud } from '../../cloud/cloud.js';
import type { CallOptions, Ec2Api } from '../../cloud/ec2-api.js';
import { formatTarget, type Target } from '../../target/target.js';
import { configurationUses, groupUses, listGroups, listLaunchConfigurations } from './auto-scaling.js';
import { instanceUses, listInstances, type UsingInstance } from './instances.js';
import { listTemplateVersions, templateUses } from './launch-templates.js';
import { listParameters, parameterUses } from './parameters.js';
import type { Reason, UseKind } from './reason.js';

/** Something that names an AMI, or a snapshot of one. */
export interface Use {
  /** Id of the AMI or of the snapshot. */
  readonly of: string;
  readonly kind: UseKind;
  readonly resource: string;
  /** What it is, as "instance i-1 (running)". */
  readonly text: string;
}

/** Something that could not be looked at, so that anything in it may use any AMI. */
export interface Gap {
  /** As "launch templates". */
  readonly what: string;
  readonly error: AmiPublisherError;
}

/** What uses AMIs in one target, its own or others'. */
export interface TargetUses {
  readonly target: Target;
  readonly uses: readonly Use[];
  readonly instances: readonly UsingInstance[];
  readonly gaps: readonly Gap[];
}

/** What looking into one target works with. */
export interface Look extends CallOptions {
  readonly target: Target;
  readonly cloud: Cloud;
  readonly ec2: Ec2Api;
}

/**
 * Looks for everything in a target that names AMIs: instances in any state, every version of every launch template, launch configurations,
 * Auto Scaling groups, parameters of Systems Manager that are not encrypted. What it is not let see is a gap.
 *
 * @throws `TOOL_MISSING` without the AWS client that it takes; what ends the call
 */
export const findUses = async (look: Look): Promise<TargetUses> => {
  const gaps: Gap[] = [];
  const attempt = async <T>(what: string, list: (look: Look) => Promise<T[]>): Promise<T[]> => {
    try {
      return await list(look);
    } catch (reason) {
      look.signal?.throwIfAborted();
      const error = toAmiPublisherError(reason).at(formatTarget(look.target));
      if (error.code === 'TOOL_MISSING') throw error;
      gaps.push({ what, error });
      return [];
    }
  };
  const [instances, versions, groups, configurations, parameters] = await Promise.all([
    attempt('instances', (place) => listInstances(place)),
    attempt('launch templates', listTemplateVersions),
    attempt('Auto Scaling groups', listGroups),
    attempt('launch configurations', listLaunchConfigurations),
    attempt('parameters of Systems Manager', listParameters),
  ]);
  const uses = [
    ...instances.flatMap(instanceUses),
    ...versions.flatMap(templateUses),
    ...groups.flatMap((group) => groupUses(group, versions, configurations)),
    ...configurations.flatMap(configurationUses),
    ...parameters.flatMap(parameterUses),
  ];
  return { target: look.target, uses, instances, gaps };
};

/** A use as the reason why an AMI may not go. */
export const useReason = ({ kind, resource, text }: Use, target: Target): Reason => ({
  kind,
  resource,
  ...{ account: target.account, region: target.region },
  text: `${text} in ${formatTarget(target)}`,
});
