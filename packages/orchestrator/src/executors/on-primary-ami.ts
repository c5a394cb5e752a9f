import type { Target } from '@ami-publisher/core';
import type { Product } from '../configuration/products.js';
import type { Executor, Work } from '../jobs/executor.js';
import type { Verdict } from '../lifecycles/finish-attempt.js';
import { primaryAmi, productOf, targetOf } from './places.js';
import type { ExecutorServices } from './services.js';
import { launchThrowAway, terminateLaunched } from './throw-away-instance.js';
import { withinMinutes } from './within.js';

/** An instance of the primary AMI, for what looks at it. */
export interface AmiInstance {
  readonly work: Work;
  readonly product: Product;
  readonly target: Target;
  readonly instanceId: string;
  readonly signal: AbortSignal;
}

/** An executor that launches an instance of the primary AMI, looks at it, and terminates it in any case. */
export const onPrimaryAmi = (
  services: ExecutorServices,
  minutes: number,
  look: (instance: AmiInstance) => Promise<Verdict>,
): Executor => {
  const placeOf = async ({ state, amis }: Work, signal: AbortSignal) => {
    const product = productOf(services.configuration, state);
    const ami = primaryAmi(amis);
    return { product, ami, target: await targetOf(services.cloud, product, ami, signal) };
  };
  return {
    run: (work, outer) =>
      withinMinutes(services.clock, minutes, outer, async (signal) => {
        const { product, ami, target } = await placeOf(work, signal);
        const settings = product.instance;
        const { attempt } = work;
        const instanceId = await launchThrowAway(services, {
          ...{ target, imageId: ami.image, settings, attempt, signal },
        });
        return look({ work, product, target, instanceId, signal });
      }),
    cleanUp: async (work) => {
      const { target } = await placeOf(work, new AbortController().signal);
      await terminateLaunched(services, target, work.attempt);
    },
  };
};
