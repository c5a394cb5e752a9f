import type { Clock } from '@ami-publisher/base';
import type * as autoscaling from '@aws-sdk/client-auto-scaling';
import { newResourceId } from './ids.js';
import type { LaunchTemplateRecord } from './records.js';
import { Table } from './table.js';

/** A launch template to be added; its versions are counted from 1. */
export interface LaunchTemplateOptions {
  readonly name: string;
  /** What each version launches, the oldest first; an AMI id, `resolve:ssm:NAME`, or nothing. */
  readonly versions: readonly LaunchTemplateContent[];
  /** @default 1 */
  readonly defaultVersion?: number | undefined;
}

export interface LaunchTemplateContent {
  readonly imageId?: string | undefined;
  /** Snapshots of the volumes that it adds. */
  readonly snapshotIds?: readonly string[] | undefined;
}

/** What matters of an Auto Scaling group here. */
export type AutoScalingGroupOptions = Pick<
  autoscaling.AutoScalingGroup,
  'LaunchConfigurationName' | 'LaunchTemplate' | 'MixedInstancesPolicy'
> & { readonly AutoScalingGroupName: string };

export interface LaunchConfigurationOptions {
  readonly name: string;
  readonly imageId: string;
}

/** A parameter of Systems Manager. */
export interface ParameterOptions {
  readonly name: string;
  readonly value: string;
  /** @default 'String' */
  readonly type?: 'String' | 'StringList' | 'SecureString' | undefined;
  /** @default 'text' */
  readonly dataType?: 'text' | 'aws:ec2:image' | undefined;
}

/** A recipe of Image Builder. */
export interface RecipeOptions {
  readonly kind: 'image-recipe' | 'container-recipe';
  readonly name: string;
  readonly parentImage: string;
}

/** Use of an image that usage reports tell of although the sandbox has nothing that uses it, as the user is in no account of it. */
export interface ReportedUse {
  readonly imageId: string;
  /** The account that uses it. */
  readonly accountId: string;
  /** As `ec2:Instance`. */
  readonly resourceType: string;
  /** How many resources use it. */
  readonly count: number;
}

/** What may name images beside instances, of one account in one region; made here as its owner would make it. */
export class References {
  readonly launchTemplates: Table<LaunchTemplateRecord>;
  readonly autoScalingGroups = new Map<string, AutoScalingGroupOptions>();
  readonly launchConfigurations = new Map<string, LaunchConfigurationOptions>();
  readonly parameters = new Map<string, ParameterOptions>();
  readonly recipes: RecipeOptions[] = [];
  readonly reportedUses: ReportedUse[] = [];
  /** Why usage reports that are made from now on fail; undefined for those that do not. */
  usageReportError: string | undefined;
  readonly #clock: Pick<Clock, 'now'>;

  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock;
    this.launchTemplates = new Table(clock);
  }

  /** @returns its id */
  addLaunchTemplate({ name, versions, defaultVersion = 1 }: LaunchTemplateOptions): string {
    const id = newResourceId('launch-template');
    const createTime = new Date(this.#clock.now());
    this.launchTemplates.insertSettled({ id, name, versions, defaultVersion, createTime, tags: new Map() });
    return id;
  }

  addAutoScalingGroup(group: AutoScalingGroupOptions): void {
    this.autoScalingGroups.set(group.AutoScalingGroupName, group);
  }

  addLaunchConfiguration(configuration: LaunchConfigurationOptions): void {
    this.launchConfigurations.set(configuration.name, configuration);
  }

  putParameter(parameter: ParameterOptions): void {
    this.parameters.set(parameter.name, parameter);
  }

  addRecipe(recipe: RecipeOptions): void {
    this.recipes.push(recipe);
  }

  addReportedUse(use: ReportedUse): void {
    this.reportedUses.push(use);
  }
}
