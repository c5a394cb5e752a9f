import type { Executor } from '../jobs/executor.js';
import { primaryAmi, productOf, targetOf } from './places.js';
import type { ExecutorServices } from './services.js';
import { shareWith } from './share-with.js';
import { withinMinutes } from './within.js';

/** Lets the accounts in which QA works launch the primary AMI. */
export const handOver = (services: ExecutorServices): Executor => ({
  run: ({ state, amis }, outer) =>
    withinMinutes(services.clock, services.configuration.timeLimitMinutes.qa, outer, async (signal) => {
      const product = productOf(services.configuration, state);
      const accounts = product.qa?.accounts ?? [];
      const ami = primaryAmi(amis);
      const target = await targetOf(services.cloud, product, ami, signal);
      await shareWith(services, target, ami.image, { accounts }, signal);
      return {
        status: 'COMPLETED',
        properties: {
          task: 'QA_CERTIFICATION_REQUEST',
          ami_id: ami.image,
          ami_owner: ami.accountId,
          ami_name: ami.name,
          ami_region: ami.region,
          shared_with: [...accounts],
        },
      };
    }),
  // QA goes on with the AMI after the request.
  cleanUp: async () => {},
});
