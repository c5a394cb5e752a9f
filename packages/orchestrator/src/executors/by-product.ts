import type { Product } from '../configuration/products.js';
import type { Executor } from '../jobs/executor.js';
import { productOf } from './places.js';
import type { ExecutorServices } from './services.js';

/** An executor that leaves the work to the one that the product chooses. */
export const byProduct = (
  { configuration }: Pick<ExecutorServices, 'configuration'>,
  choose: (product: Product) => Executor,
): Executor => ({
  run: async (work, signal) => choose(productOf(configuration, work.state)).run(work, signal),
  cleanUp: async (work) => choose(productOf(configuration, work.state)).cleanUp(work),
});
