import { type Logger, systemClock } from '@ami-publisher/base';
import { createExecutors } from './executors/executors.js';
import { checkExport } from './executors/export/check-export.js';
import { exportLink } from './executors/export/export-link.js';
import { openServices } from './executors/open-services.js';
import { pinPatch } from './executors/patch/pin-patch.js';
import { pinBuild } from './executors/pin-build.js';
import { keepHouse } from './garbage/keep-house.js';
import { type Orchestrator, type OrchestratorOptions, startOrchestrator } from './start-orchestrator.js';
import { lifecyclePage } from './store/lifecycle-pages.js';
import { reconcile } from './tags/reconcile.js';

const houseEveryMs = 20 * 60_000;
const pageSize = 50;
const checkTimeoutMs = 20_000;

/**
 * Starts a lifecycle server whose events are carried out in AWS, and which tidies up after them.
 *
 * @param file configuration of the executors
 * @throws what `openServices` and `startOrchestrator` throw
 */
export const startWithExecutors = async (
  options: Omit<OrchestratorOptions, 'executors'>,
  file: string,
  logger: Logger,
): Promise<Orchestrator> => {
  const { database, clock = systemClock, attemptLimitMs = 240 * 60_000 } = options;
  const services = await openServices({ file, clock, logger });
  const stopping = new AbortController();
  const { signal } = stopping;
  try {
    const server = await startOrchestrator({
      ...options,
      executors: createExecutors(services),
      pinBuild: (state) => pinBuild(services, state, AbortSignal.timeout(checkTimeoutMs)),
      pinPatch: (state, url) => pinPatch(services, state, url, AbortSignal.timeout(checkTimeoutMs)),
      checkExport: (state) => checkExport(services, state, AbortSignal.timeout(checkTimeoutMs)),
      exportLink: (state) => exportLink(services, state, AbortSignal.timeout(checkTimeoutMs)),
      afterAttempt: async (lifecycleId, service) => {
        await reconcile(services, await service.load(lifecycleId), { signal });
      },
    });
    const house = keepHouse(
      {
        ...{ services, clock, logger, lifecycles: server.service, everyMs: houseEveryMs },
        // What is older than any attempt may be belongs to none.
        maxAgeMs: attemptLimitMs,
        page: (after) => lifecyclePage(database.db, { direction: 'asc', limit: pageSize, after }),
      },
      signal,
    );
    return {
      ...server,
      close: async () => {
        stopping.abort();
        await house;
        await server.close();
        await services.close();
      },
    };
  } catch (reason) {
    stopping.abort();
    await services.close();
    throw reason;
  }
};
