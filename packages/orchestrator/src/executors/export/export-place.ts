import { AmiPublisherError } from '@ami-publisher/base';
import type { Target } from '@ami-publisher/core';
import type { Product } from '../../configuration/products.js';
import { type AmiDetails, amisOf, creation, type LifecycleState } from '../../lifecycles/state.js';
import { primaryAmi, productOf, targetOf } from '../places.js';
import type { ExecutorServices } from '../services.js';

export type ExportSettings = NonNullable<Product['qaExport']>;

/** An AMI that is to be exported, and where to. */
export interface ExportPlace {
  readonly ami: AmiDetails;
  readonly target: Target;
  readonly settings: ExportSettings;
  /** What the keys of all exports of the AMI begin with, with a slash at its end. */
  readonly prefix: string;
}

/** Where exports of a product go. @throws `PRODUCT_NOT_CONFIGURED` */
export const exportSettings = (services: ExecutorServices, state: LifecycleState): ExportSettings => {
  const { qaExport, stream } = productOf(services.configuration, state);
  if (qaExport !== undefined) return qaExport;
  throw new AmiPublisherError('PRODUCT_NOT_CONFIGURED', {
    message: `the product of ${stream} has no qaExport, which says where disks for QA are put`,
    remedy: 'give it one in the configuration of the executors',
  });
};

/** The primary AMI of a lifecycle, and where its export goes. @throws as `exportSettings` does, and `targetOf` */
export const exportPlace = async (
  services: ExecutorServices,
  state: LifecycleState,
  signal: AbortSignal,
  amis = amisOf(state, creation),
): Promise<ExportPlace> => {
  const settings = exportSettings(services, state);
  const ami = primaryAmi(amis);
  const target = await targetOf(services.cloud, productOf(services.configuration, state), ami, signal);
  return { ami, target, settings, prefix: `${settings.prefix}/${state.lifecycle.id}/${ami.image}/` };
};
