import type { Clock } from '@ami-publisher/base';
import { phasesOf } from './component-document.js';
import { checkDistributions } from './distributions.js';
import { arnOf, type Place } from './look-up.js';
import type {
  BuildRecord,
  ComponentRecord,
  DistributionRecord,
  InfrastructureRecord,
  PipelineOptions,
  PipelineRecord,
  RecipeRecord,
} from './records.js';

const version = '1.0.0';

/** What Image Builder keeps of one account in one region, by ARN. */
export class ImageBuilderResources {
  readonly components = new Map<string, ComponentRecord>();
  readonly recipes = new Map<string, RecipeRecord>();
  readonly infrastructures = new Map<string, InfrastructureRecord>();
  readonly distributions = new Map<string, DistributionRecord>();
  readonly pipelines = new Map<string, PipelineRecord>();
  readonly builds = new Map<string, BuildRecord>();
  readonly #place: Place;
  readonly #clock: Pick<Clock, 'now'>;

  constructor(place: Place, clock: Pick<Clock, 'now'>) {
    this.#place = place;
    this.#clock = clock;
  }

  /** Makes a pipeline with all that it needs, as its owner would. @returns its ARN */
  addPipeline({ name, parentImage, components = [], distributions }: PipelineOptions): string {
    const place = this.#place;
    const common = { name, createdAt: new Date(this.#clock.now()), tags: new Map<string, string>() };
    const componentArns = components.map((document, index) => {
      const arn = arnOf(place, 'component', `${name}-${index + 1}`, version, '1');
      this.components.set(arn, { ...common, arn, version, phases: phasesOf(document) });
      return arn;
    });
    const recipeArn = arnOf(place, 'image-recipe', name, version);
    const recipe = { ...common, arn: recipeArn, version, parentImage, components: componentArns };
    this.recipes.set(recipeArn, { ...recipe, blockDeviceMappings: [] });
    const infrastructureArn = arnOf(place, 'infrastructure-configuration', name);
    const infrastructure = { ...common, arn: infrastructureArn, instanceProfileName: 'image-builder' };
    this.infrastructures.set(infrastructureArn, infrastructure);
    const distributionArn = arnOf(place, 'distribution-configuration', name);
    if (distributions !== undefined) {
      checkDistributions(distributions);
      this.distributions.set(distributionArn, { ...common, arn: distributionArn, distributions });
    }
    const arn = arnOf(place, 'image-pipeline', name);
    this.pipelines.set(arn, { ...common, arn, recipeArn, infrastructureArn, distributionArn });
    return arn;
  }
}
