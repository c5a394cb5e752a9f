import { AmiPublisherError } from '@ami-publisher/base';
import {
  type Cloud,
  formatTarget,
  matchesPattern,
  type ResolvedTargets,
  type Target,
} from '@ami-publisher/core';
import type { ExecutorConfiguration, Product } from '../configuration/products.js';
import type { AmiDetails, LifecycleState } from '../lifecycles/state.js';

/** The product of a lifecycle. @throws `PRODUCT_NOT_CONFIGURED` */
export const productOf = ({ products }: ExecutorConfiguration, { lifecycle }: LifecycleState): Product => {
  const { stackTag, productName } = lifecycle;
  const product = products.find(
    (one) => matchesPattern(one.stackTags, stackTag) && matchesPattern(one.products, productName),
  );
  if (product !== undefined) return product;
  throw new AmiPublisherError('PRODUCT_NOT_CONFIGURED', {
    message: `no product of the configuration is for the stack tag ${stackTag} and the product ${productName}`,
    resource: productName,
    remedy: 'add it to the configuration of the executors',
  });
};

/** Why QA cannot be asked: nobody could certify what nobody can get at. */
export const nobodyNamed = (stream: string): AmiPublisherError =>
  new AmiPublisherError('PRODUCT_NOT_CONFIGURED', {
    message: `the product of ${stream} has neither qa nor qaExport: nobody is named who is to certify its AMIs`,
    remedy: 'give it the accounts of QA, or a place for its disks, in the configuration of the executors',
  });

/** The targets of a product, the primary one first. @throws `NO_TARGETS` if the primary one is not among them, and what `resolveTargets` does */
export const targetsOf = async (
  cloud: Cloud,
  { targets, primary }: Product,
  signal: AbortSignal,
): Promise<ResolvedTargets & { readonly primary: Target }> => {
  const [resolved, { targets: wanted }] = await Promise.all([
    cloud.resolveTargets(targets, { signal }),
    cloud.resolveTargets(primary, { signal }),
  ]);
  const isPrimary = ({ accountId, region }: Target): boolean =>
    wanted.some((one) => one.accountId === accountId && one.region === region);
  const first = resolved.targets.find(isPrimary);
  if (first === undefined)
    throw new AmiPublisherError('NO_TARGETS', {
      message: `the primary target ${primary} is not one of the targets ${targets}, or cannot be reached`,
      resource: primary,
    });
  return { ...resolved, primary: first };
};

/** Where an AMI is. @throws `NO_TARGETS` if the product has no such target any more */
export const targetOf = async (
  cloud: Cloud,
  product: Product,
  { image, accountId, region }: AmiDetails,
  signal: AbortSignal,
): Promise<Target> => {
  const { targets } = await cloud.resolveTargets(product.targets, { signal });
  const target = targets.find((one) => one.accountId === accountId && one.region === region);
  if (target !== undefined) return target;
  throw new AmiPublisherError('NO_TARGETS', {
    message: `${image} is in account ${accountId}, ${region}, which ${product.targets} does not name or which cannot be reached`,
    resource: image,
    remedy: `see that the credentials work; targets that can be reached: ${targets.map(formatTarget).join(', ')}`,
  });
};

/** The AMI that tests and scans are about. @throws `INTERNAL` without one */
export const primaryAmi = (amis: readonly AmiDetails[]): AmiDetails => {
  const [ami] = amis;
  if (ami === undefined) throw new AmiPublisherError('INTERNAL', { message: 'the lifecycle has no AMI' });
  return ami;
};
