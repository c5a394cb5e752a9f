import type { CallOptions } from './ec2-api.js';

/** Which launch template a group uses. Names as in AWS's API; types of our own, because the AWS client is an optional dependency. */
export interface LaunchTemplateChoice {
  readonly LaunchTemplateId?: string | undefined;
  readonly LaunchTemplateName?: string | undefined;
  /** A number, `$Latest` or `$Default`; the default version if left out. */
  readonly Version?: string | undefined;
}

export interface AutoScalingGroup {
  readonly AutoScalingGroupName?: string | undefined;
  readonly LaunchConfigurationName?: string | undefined;
  readonly LaunchTemplate?: LaunchTemplateChoice | undefined;
  readonly MixedInstancesPolicy?:
    | {
        readonly LaunchTemplate?:
          | {
              readonly LaunchTemplateSpecification?: LaunchTemplateChoice | undefined;
              readonly Overrides?:
                | readonly {
                    readonly LaunchTemplateSpecification?: LaunchTemplateChoice | undefined;
                    readonly ImageId?: string | undefined;
                  }[]
                | undefined;
            }
          | undefined;
      }
    | undefined;
}

export interface LaunchConfiguration {
  readonly LaunchConfigurationName?: string | undefined;
  readonly ImageId?: string | undefined;
  readonly BlockDeviceMappings?:
    | readonly { readonly Ebs?: { readonly SnapshotId?: string | undefined } | undefined }[]
    | undefined;
}

/** Which page to tell. */
export interface AutoScalingPage {
  readonly MaxRecords?: number;
  readonly NextToken?: string;
}

/** What this package asks of AWS Auto Scaling in one target. */
export interface AutoScalingApi {
  describeAutoScalingGroups(
    page: AutoScalingPage,
    options?: CallOptions,
  ): Promise<{
    readonly AutoScalingGroups?: readonly AutoScalingGroup[] | undefined;
    readonly NextToken?: string | undefined;
  }>;
  describeLaunchConfigurations(
    page: AutoScalingPage,
    options?: CallOptions,
  ): Promise<{
    readonly LaunchConfigurations?: readonly LaunchConfiguration[] | undefined;
    readonly NextToken?: string | undefined;
  }>;
}
