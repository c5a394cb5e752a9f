import type { Executor } from '../jobs/executor.js';
import { qaExport } from './export/qa-export.js';
import { handOver } from './hand-over.js';
import { nobodyNamed, productOf } from './places.js';
import type { ExecutorServices } from './services.js';

/** Gets the primary AMI to QA, in each of the ways that its product names. What QA finds is told by `certify`. */
export const qaRequest = (services: ExecutorServices): Executor => {
  const [handing, exporting] = [handOver(services), qaExport(services)];
  return {
    run: async (work, signal) => {
      const { stream, qa, qaExport: place } = productOf(services.configuration, work.state);
      const ways = [...(qa === undefined ? [] : [handing]), ...(place === undefined ? [] : [exporting])];
      if (ways.length === 0) throw nobodyNamed(stream);
      const properties = {};
      for (const way of ways) Object.assign(properties, (await way.run(work, signal)).properties);
      return { status: 'COMPLETED', properties };
    },
    // QA goes on with what it was given after the request; what is still under way is not.
    cleanUp: async (work) => {
      const { qaExport: place } = productOf(services.configuration, work.state);
      if (place !== undefined) await exporting.cleanUp(work);
    },
  };
};
