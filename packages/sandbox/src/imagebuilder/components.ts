import type * as imagebuilder from '@aws-sdk/client-imagebuilder';
import type { ServiceContext } from '../services/service.js';
import { phasesOf } from './component-document.js';
import { arnOf, found, invalidValue, once, requireNew, requireUnused, tagsOf } from './look-up.js';

const versionPattern = /^\d+\.\d+\.\d+$/;
const mostCharacters = 16_000;

/** @throws `InvalidParameterValueException` */
export const requireVersion = (version: string): void => {
  if (!versionPattern.test(version))
    throw invalidValue('semanticVersion', `${version} is not major.minor.patch.`);
};

export const createComponent = async (
  { state, clock }: ServiceContext,
  input: imagebuilder.CreateComponentRequest,
): Promise<imagebuilder.CreateComponentResponse> => {
  const { name = '', semanticVersion = '', data, platform } = input;
  requireVersion(semanticVersion);
  if (platform !== 'Linux') throw invalidValue('platform', 'The sandbox has Linux only.');
  if (data === undefined || data.length > mostCharacters)
    throw invalidValue(
      'data',
      `The sandbox wants the document here, in at most ${mostCharacters} characters.`,
    );
  const phases = phasesOf(data);
  const arn = await once(state, 'CreateComponent', input, () => {
    const made = arnOf(state, 'component', name, semanticVersion, '1');
    const { components } = state.services.imageBuilder;
    requireNew(components, 'Component', made);
    components.set(made, {
      ...{ arn: made, name, version: semanticVersion, phases, tags: tagsOf(input) },
      createdAt: new Date(clock.now()),
    });
    return made;
  });
  return { componentBuildVersionArn: arn };
};

export const deleteComponent = (
  { state: { services } }: ServiceContext,
  { componentBuildVersionArn: arn = '' }: imagebuilder.DeleteComponentRequest,
): imagebuilder.DeleteComponentResponse => {
  const { components, recipes } = services.imageBuilder;
  found(components, arn);
  requireUnused(
    arn,
    [...recipes.values()].some((recipe) => recipe.components.includes(arn)),
  );
  components.delete(arn);
  return { componentBuildVersionArn: arn };
};
