import { systemClock } from '@ami-publisher/base';
import { serveCommand as daemonServeCommand } from '@ami-publisher/daemon';
import type { Command } from 'commander';
import { openNotifications } from '../notifications/open-notifications.js';
import { program } from '../program.js';
import { databaseChoice, optionsOf, orchestratorSettings } from '../settings.js';
import { startOrchestrator } from '../start-orchestrator.js';
import { startWithExecutors } from '../start-with-executors.js';
import { openDatabase } from '../store/database.js';
import { version } from '../version.js';

const notes = `
Examples:
  $ ami-orchestrator keys create --data-dir ./lifecycles --name ci --roles requester
  $ ami-orchestrator serve --data-dir ./lifecycles

  With a Postgres, on an address that others reach:
  $ export AMI_ORCHESTRATOR_DATABASE_URL=postgres://orchestrator@db/lifecycles
  $ ami-orchestrator migrate
  $ ami-orchestrator serve --listen 0.0.0.0:6980 --cert orchestrator.cert --key orchestrator.key

When it is ready it prints one line of JSON on standard output, {"listening":"HOST:PORT"}; its log, one JSON object a line, goes to standard
error. SIGTERM and SIGINT let calls in progress end.`;

/** `serve`. */
export const serveCommand = (): Command =>
  daemonServeCommand({
    program,
    version,
    description: 'Serve lifecycles over HTTP.',
    notes,
    settings: orchestratorSettings,
    start: async (settings, logger) => {
      const database = await openDatabase(databaseChoice(settings));
      try {
        const notifications =
          settings.notifications === undefined
            ? undefined
            : await openNotifications(settings.notifications, systemClock);
        const options = { ...optionsOf(settings), notifications, database, logger };
        return await (settings.executors === undefined
          ? startOrchestrator({ ...options, executors: {} })
          : startWithExecutors(options, settings.executors, logger));
      } catch (reason) {
        await database.close();
        throw reason;
      }
    },
  }).name('serve');
