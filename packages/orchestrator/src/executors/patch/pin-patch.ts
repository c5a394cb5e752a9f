import type { Pins } from '../../lifecycles/pins.js';
import type { LifecycleState } from '../../lifecycles/state.js';
import { requireForImageBuilder } from '../image-builder/patch-resources.js';
import { productOf, targetsOf } from '../places.js';
import type { ExecutorServices } from '../services.js';
import { stepsOfComponent } from './component.js';
import { fetchComponent } from './fetch-component.js';
import { builderOf } from './patch.js';

/**
 * What a patch that is asked for is made of.
 *
 * @throws `PATCH_COMPONENT_INVALID` for a component that the executor could not carry out, `PRODUCT_NOT_CONFIGURED`
 */
export const pinPatch = async (
  services: ExecutorServices,
  state: LifecycleState,
  url: string,
  signal: AbortSignal,
): Promise<Pins> => {
  const product = productOf(services.configuration, state);
  const targets = await targetsOf(services.cloud, product, signal);
  const { document, sha256 } = await fetchComponent(services, targets.primary, url, signal);
  if (product.imageBuilder.patches) requireForImageBuilder(product, targets, document, url);
  else {
    stepsOfComponent(document, url);
    builderOf(product);
  }
  return { patch_component_sha256: sha256 };
};
