import type * as imagebuilder from '@aws-sdk/client-imagebuilder';
import type { ComponentPhase } from './component-document.js';

/** What a thing of Image Builder has, whatever it is. */
interface Named {
  readonly arn: string;
  readonly name: string;
  readonly createdAt: Date;
  readonly tags: ReadonlyMap<string, string>;
}

export interface ComponentRecord extends Named {
  readonly version: string;
  readonly phases: readonly ComponentPhase[];
}

export interface RecipeRecord extends Named {
  readonly version: string;
  readonly parentImage: string;
  /** ARNs, in the order in which they run. */
  readonly components: readonly string[];
  readonly blockDeviceMappings: readonly imagebuilder.InstanceBlockDeviceMapping[];
}

export interface InfrastructureRecord extends Named {
  readonly instanceProfileName: string;
}

export interface DistributionRecord extends Named {
  readonly distributions: readonly imagebuilder.Distribution[];
}

/** What an image is made of. */
export interface BuildSource {
  readonly recipeArn: string;
  readonly infrastructureArn: string;
  /** @default one AMI in the region of the build */
  readonly distributionArn?: string | undefined;
}

export interface PipelineRecord extends Named, BuildSource {}

/** An image of Image Builder: the making of AMIs, and what came of it. */
export interface BuildRecord extends Named, BuildSource {
  /** `1.0.0/1` */
  readonly version: string;
  readonly pipelineArn: string | undefined;
  readonly status: imagebuilder.ImageStatus;
  /** Why it is `FAILED`. */
  readonly reason?: string | undefined;
  readonly amis: readonly imagebuilder.Ami[];
  /** Ends the steps that run. */
  readonly cancelling: AbortController;
}

/** A pipeline as its owner would make it, with recipe and configurations of its own. */
export interface PipelineOptions {
  readonly name: string;
  /** Id of an AMI of the account in the region. */
  readonly parentImage: string;
  /** Documents of components, YAML. */
  readonly components?: readonly string[] | undefined;
  /** Where its AMIs go. @default one AMI in the region of the build */
  readonly distributions?: readonly imagebuilder.Distribution[] | undefined;
}
