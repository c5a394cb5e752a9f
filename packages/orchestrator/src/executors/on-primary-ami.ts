import type { Target } from '@ami-publisher/core';
import type { Product } from '../configuration/products.js';
import type { Executor, Work } from '../jobs/executor.js';
import type { Verdict } from '../lifecycles/finish-attempt.js';
import type { AmiDetails } from '../lifecycles/state.js';
import { primaryAmi, productOf, targetOf } from './places.js';
import type { ExecutorServices } from './services.js';
import { launchThrowAway, terminateLaunched } from './throw-away-instance.js';
import { withinMinutes } from './within.js';

/** Where the primary AMI of an attempt is. */
export interface AmiPlace {
  readonly work: Work;
  readonly product: Product;
  readonly ami: AmiDetails;
  readonly target: Target;
  readonly signal: AbortSignal;
}

/** An executor that works where the primary AMI is, and terminates what it has launched there in any case. */
export const besidePrimaryAmi = (
  services: ExecutorServices,
  minutes: number,
  run: (place: AmiPlace) => Promise<Verdict>,
): Executor => {
  const placeOf = async (work: Work, signal: AbortSignal): Promise<AmiPlace> => {
    const product = productOf(services.configuration, work.state);
    const ami = primaryAmi(work.amis);
    return { work, product, ami, target: await targetOf(services.cloud, product, ami, signal), signal };
  };
  return {
    run: (work, outer) =>
      withinMinutes(services.clock, minutes, outer, async (signal) => run(await placeOf(work, signal))),
    cleanUp: async (work) => {
      const { target } = await placeOf(work, new AbortController().signal);
      await terminateLaunched(services, target, work.attempt);
    },
  };
};

/** An instance of the primary AMI, for what looks at it. */
export interface AmiInstance extends Omit<AmiPlace, 'ami'> {
  readonly instanceId: string;
}

/** An executor that launches an instance of the primary AMI, looks at it, and terminates it in any case. */
export const onPrimaryAmi = (
  services: ExecutorServices,
  minutes: number,
  look: (instance: AmiInstance) => Promise<Verdict>,
): Executor =>
  besidePrimaryAmi(services, minutes, async ({ work, product, ami, target, signal }) => {
    const settings = product.instance;
    const { attempt } = work;
    const instanceId = await launchThrowAway(services, {
      ...{ target, imageId: ami.image, settings, attempt, signal },
    });
    return look({ work, product, target, instanceId, signal });
  });
