import { AmiPublisherError } from '@ami-publisher/base';
import { formatTarget, type ResolvedTargets, type Target } from '@ami-publisher/core';
import type * as ec2 from '@aws-sdk/client-ec2';
import type * as imagebuilder from '@aws-sdk/client-imagebuilder';
import * as z from 'zod';
import type { Product } from '../../configuration/products.js';
import { readYaml } from '../../configuration/read-yaml.js';
import type { Attempt } from '../../lifecycles/state.js';
import { componentInvalid } from '../patch/component.js';
import { workTags, workToken } from '../work-tags.js';

const version = '1.0.0';
/** API reference, CreateComponent. */
const longestDocument = 16_000;
const testMinutes = 90;

/** What there has to be in a component; the rest is for Image Builder to judge. */
const documentSchema = z.looseObject({
  schemaVersion: z.union([z.literal(1), z.literal('1.0')], { error: 'expected 1.0' }),
  phases: z.array(z.looseObject({ name: z.string(), steps: z.array(z.unknown()).min(1) })).min(1),
});

/**
 * Sees that Image Builder could make a patch, as far as that can be told from here.
 *
 * @param url of the component, for messages
 * @throws `PATCH_COMPONENT_INVALID`; `PRODUCT_NOT_CONFIGURED` if a target is in another account than the primary one
 */
export const requireForImageBuilder = (
  { stream }: Product,
  { targets, primary }: ResolvedTargets & { readonly primary: Target },
  document: string,
  url: string,
): void => {
  if (document.length > longestDocument)
    throw componentInvalid(url, `expected at most ${longestDocument} characters, got ${document.length}`);
  try {
    readYaml(documentSchema, document, url);
  } catch (reason) {
    throw componentInvalid(url, reason instanceof Error ? reason.message : String(reason), {
      cause: reason,
    });
  }
  const elsewhere = targets.filter(({ accountId }) => accountId !== primary.accountId);
  if (elsewhere.length === 0) return;
  throw new AmiPublisherError('PRODUCT_NOT_CONFIGURED', {
    message: `Image Builder patches ${stream} in the account of ${formatTarget(primary)} only, and ${elsewhere.map(formatTarget).join(', ')} would get no AMI`,
    resource: stream,
    remedy: 'give the product the targets of one account',
  });
};

/** The resources of Image Builder that an attempt makes, all of which have its id in their names. */
export interface PatchArns {
  readonly component: string;
  readonly recipe: string;
  readonly infrastructure: string;
  readonly distribution: string;
  /** Of all builds by the recipe. */
  readonly imageVersion: string;
}

const nameOf = ({ id }: Attempt): string => `lifecycle-patch-${id}`;

/** ARNs of what an attempt makes, whether it has been made or not. */
export const patchArns = ({ partition, region, accountId }: Target, attempt: Attempt): PatchArns => {
  const of = (kind: string, ...rest: readonly string[]) =>
    `arn:${partition}:imagebuilder:${region}:${accountId}:${[kind, nameOf(attempt), ...rest].join('/')}`;
  return {
    component: of('component', version, '1'),
    recipe: of('image-recipe', version),
    infrastructure: of('infrastructure-configuration'),
    distribution: of('distribution-configuration'),
    imageVersion: of('image', version),
  };
};

/** What a patch is made from. */
export interface PatchPlan {
  readonly product: Product;
  readonly attempt: Attempt;
  readonly primary: Target;
  readonly targets: readonly Target[];
  /** The AMI that is patched. */
  readonly parent: ec2.Image;
  /** Component, YAML. */
  readonly document: string;
}

const common = (attempt: Attempt, purpose: string) => ({
  name: nameOf(attempt),
  tags: workTags(attempt),
  clientToken: workToken(attempt, purpose),
});

/** The content is in the request, so that what is run is what was compared with the request. */
export const componentRequest = ({ attempt, document }: PatchPlan): imagebuilder.CreateComponentRequest => ({
  ...common(attempt, 'component'),
  semanticVersion: version,
  platform: 'Linux',
  data: document,
});

export const recipeRequest = (
  { attempt, product, primary, parent }: PatchPlan,
  componentArn: string,
): imagebuilder.CreateImageRecipeRequest => {
  const root = parent.BlockDeviceMappings?.find(
    ({ DeviceName }) => DeviceName === parent.RootDeviceName,
  )?.Ebs;
  return {
    ...common(attempt, 'recipe'),
    semanticVersion: version,
    parentImage: parent.ImageId,
    components: [{ componentArn }],
    blockDeviceMappings: [
      {
        deviceName: parent.RootDeviceName,
        ebs: {
          ...{ encrypted: true, deleteOnTermination: true, volumeSize: root?.VolumeSize },
          ...(root?.VolumeType !== undefined && {
            volumeType: root.VolumeType as NonNullable<
              imagebuilder.EbsInstanceBlockDeviceSpecification['volumeType']
            >,
          }),
          ...keyIn(product, primary),
        },
      },
    ],
  };
};

export const infrastructureRequest = ({
  attempt,
  product: { instance },
}: PatchPlan): imagebuilder.CreateInfrastructureConfigurationRequest => ({
  ...common(attempt, 'infrastructure'),
  instanceProfileName: instance.profile,
  instanceTypes: [instance.type],
  ...(instance.subnetId !== undefined && { subnetId: instance.subnetId }),
  ...(instance.securityGroupIds !== undefined && { securityGroupIds: [...instance.securityGroupIds] }),
  terminateInstanceOnFailure: true,
  instanceMetadataOptions: { httpTokens: 'required' },
  resourceTags: workTags(attempt),
});

export const distributionRequest = ({
  attempt,
  product,
  targets,
  parent,
}: PatchPlan): imagebuilder.CreateDistributionConfigurationRequest => ({
  ...common(attempt, 'distribution'),
  distributions: targets.map((target) => ({
    region: target.region,
    amiDistributionConfiguration: {
      name: `${nameOf(attempt)} {{ imagebuilder:buildDate }}`,
      description: `${parent.ImageId} patched`,
      amiTags: { ...product.tags, ...workTags(attempt) },
      ...keyIn(product, target),
    },
  })),
});

export const imageRequest = (
  attempt: Attempt,
  { recipe, infrastructure, distribution }: PatchArns,
): imagebuilder.CreateImageRequest => ({
  imageRecipeArn: recipe,
  infrastructureConfigurationArn: infrastructure,
  distributionConfigurationArn: distribution,
  imageTestsConfiguration: { imageTestsEnabled: true, timeoutMinutes: testMinutes },
  tags: workTags(attempt),
  clientToken: workToken(attempt, 'image'),
});

/** The product's key as Image Builder wants it: the ARN of a key or of an alias. */
const keyIn = (
  { kmsKey }: Product,
  { partition, region, accountId }: Target,
): { readonly kmsKeyId?: string } => {
  if (kmsKey === undefined) return {};
  if (kmsKey.startsWith('arn:')) return { kmsKeyId: kmsKey };
  const name = kmsKey.startsWith('alias/') ? kmsKey : `key/${kmsKey}`;
  return { kmsKeyId: `arn:${partition}:kms:${region}:${accountId}:${name}` };
};
