import type { Authorization } from '../iam/evaluate.js';
import { passingRole, profileArnOf } from '../iam/pass-role.js';
import type { RegionState } from '../model/region-state.js';
import type { ServiceContext } from '../services/service.js';
import { arnOf } from './look-up.js';
import type { ImageBuilderResources } from './resources.js';

interface Input {
  readonly name?: string;
  readonly semanticVersion?: string;
  readonly tags?: Readonly<Record<string, string>>;
  readonly imageRecipeArn?: string;
  readonly infrastructureConfigurationArn?: string;
  readonly distributionConfigurationArn?: string;
  readonly componentBuildVersionArn?: string;
  readonly imageBuildVersionArn?: string;
  readonly imageVersionArn?: string;
  readonly imagePipelineArn?: string;
  readonly instanceProfileName?: string;
  readonly components?: readonly { readonly componentArn?: string }[];
}

/** ARNs of what calls make; the numbers of builds are given by Image Builder. */
const made: Readonly<Record<string, (state: RegionState, input: Input) => string>> = {
  CreateComponent: (state, { name = '', semanticVersion = '' }) =>
    arnOf(state, 'component', name, semanticVersion, '1'),
  CreateDistributionConfiguration: (state, { name = '' }) => arnOf(state, 'distribution-configuration', name),
  CreateImage: (_state, { imageRecipeArn = '' }) =>
    `${imageRecipeArn.replace(':image-recipe/', ':image/')}/1`,
  CreateImageRecipe: (state, { name = '', semanticVersion = '' }) =>
    arnOf(state, 'image-recipe', name, semanticVersion),
  CreateInfrastructureConfiguration: (state, { name = '' }) =>
    arnOf(state, 'infrastructure-configuration', name),
};

/** What other actions are about. */
const named = (input: Input): string =>
  input.imageBuildVersionArn ??
  input.imagePipelineArn ??
  (input.imageVersionArn === undefined ? undefined : `${input.imageVersionArn}/*`) ??
  input.componentBuildVersionArn ??
  input.imageRecipeArn ??
  input.infrastructureConfigurationArn ??
  input.distributionConfigurationArn ??
  '*';

/** What making something takes besides: to read what it is made of. */
const alsoRead = (action: string, input: Input): readonly (readonly [action: string, arn: string])[] => {
  if (action === 'CreateImageRecipe')
    return (input.components ?? []).map(({ componentArn = '' }) => ['GetComponent', componentArn] as const);
  if (action === 'StartImagePipelineExecution') return [['GetImagePipeline', input.imagePipelineArn ?? '']];
  if (action !== 'CreateImage') return [];
  const { imageRecipeArn = '', infrastructureConfigurationArn = '', distributionConfigurationArn } = input;
  return [
    ['GetImageRecipe', imageRecipeArn],
    ['GetInfrastructureConfiguration', infrastructureConfigurationArn],
    ...(distributionConfigurationArn === undefined
      ? []
      : [['GetDistributionConfiguration', distributionConfigurationArn] as const]),
  ];
};

/** What instances are to be launched with is looked at, and its role passed. */
const profileAuthorizations = (state: RegionState, { instanceProfileName: name }: Input): Authorization[] => {
  if (name === undefined) return [];
  const context = new Map([['aws:RequestedRegion', [state.region]]]);
  return [
    { action: 'iam:GetInstanceProfile', resource: profileArnOf(state, name), context },
    passingRole(state, name),
  ];
};

/**
 * What a call of Image Builder needs: its action on what it makes or names, `TagResource` on what it makes with tags, to read what it makes something
 * of, and to look at the instance profile that it names and pass its role (Image Builder user guide, `AWSImageBuilderFullAccess`). Tags of the request are known for what gets them, tags of resources for what is named. Service authorization reference, "Actions,
 * resources, and condition keys for Amazon EC2 Image Builder".
 */
export const imageBuilderAuthorizations = (
  { state }: ServiceContext,
  action: string,
  request: object,
): readonly Authorization[] => {
  const input: Input = request;
  const about = made[action]?.(state, input) ?? named(input);
  const on = (name: string, resource: string, context: Context = []): Authorization => ({
    action: `imagebuilder:${name}`,
    resource,
    context: new Map([['aws:RequestedRegion', [state.region]], ...context]),
  });
  const tags = requestTags(input);
  const own = made[action] === undefined ? resourceTags(state.services.imageBuilder, about) : [];
  // The image of a pipeline is named after its recipe, which the caller does not know.
  const tagged = action === 'StartImagePipelineExecution' ? arnOf(state, 'image', '*', '*', '*') : about;
  return [
    on(action, about, [...own, ...tags]),
    ...(tags.length === 0 ? [] : [on('TagResource', tagged, tags)]),
    ...alsoRead(action, input).map(([name, arn]) => on(name, arn)),
    ...profileAuthorizations(state, input),
  ];
};

type Context = readonly (readonly [key: string, values: readonly string[]])[];

const requestTags = ({ tags = {} }: Input): Context => {
  const keys = Object.keys(tags);
  if (keys.length === 0) return [];
  return [
    ...Object.entries(tags).map(([key, value]) => [`aws:RequestTag/${key}`, [value]] as const),
    ['aws:TagKeys', keys],
  ];
};

const resourceTags = (resources: ImageBuilderResources, arn: string): Context => {
  const { components, recipes, infrastructures, distributions, pipelines, builds } = resources;
  const record = [components, recipes, infrastructures, distributions, pipelines, builds]
    .map((all) => all.get(arn))
    .find((one) => one !== undefined);
  return [...(record?.tags ?? [])].map(([key, value]) => [`aws:ResourceTag/${key}`, [value]] as const);
};
