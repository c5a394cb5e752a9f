import { type Clock, type Logger, silentLogger, systemClock } from '@ami-publisher/base';
import type { ExportLink } from '@ami-publisher/core';
import { sql } from 'kysely';
import { createApp } from './http/app.js';
import { FailedKeys } from './http/failed-keys.js';
import { listen } from './http/listen.js';
import { AttemptRunner } from './jobs/attempt-runner.js';
import type { Executors } from './jobs/executor.js';
import { JobQueue } from './jobs/job-queue.js';
import { sweep } from './jobs/sweeper.js';
import { KeyStore } from './keys/key-store.js';
import { SessionStore } from './keys/session-store.js';
import {
  type CheckExport,
  LifecycleService,
  type PinBuild,
  type PinPatch,
} from './lifecycles/lifecycle-service.js';
import type { LifecycleState } from './lifecycles/state.js';
import { ChangeFeed } from './live/change-feed.js';
import { type ChangeStreamOptions, changeStream } from './live/change-stream.js';
import { NotificationDispatcher } from './notifications/dispatcher.js';
import type { Notifications } from './notifications/open-notifications.js';
import { AttemptClaims } from './store/attempt-claims.js';
import type { Database } from './store/database.js';
import { filterChoices, lifecyclePage, type PageRequest } from './store/lifecycle-pages.js';
import { LifecycleStore } from './store/lifecycle-store.js';
import { NotificationOutbox } from './store/notification-outbox.js';
import { revisionOfAll, revisionsOf } from './store/revisions.js';
import { type ResolvedCriteria, selectAmi } from './store/select-ami.js';

export interface OrchestratorOptions {
  /** Closed with the server. */
  readonly database: Database;
  /** By event; an event without one cannot be asked for. */
  readonly executors: Executors;
  /** Done when an attempt has ended and its result, if any, is stored. @default nothing */
  readonly afterAttempt?: ((lifecycleId: string, service: LifecycleService) => Promise<void>) | undefined;
  /** Says what a build that is asked for stands for, or refuses it, by throwing. @default it is left to the executor */
  readonly pinBuild?: PinBuild | undefined;
  /** The same of a patch. @default it is left to the executor */
  readonly pinPatch?: PinPatch | undefined;
  /** Refuses an export for QA before it is begun, by throwing. @default none is refused */
  readonly checkExport?: CheckExport | undefined;
  /** Signs links to exports. @default there are none */
  readonly exportLink?: ((state: LifecycleState) => Promise<ExportLink>) | undefined;
  /** @default 127.0.0.1 */
  readonly host?: string;
  /** 0 = any free one. @default 0 */
  readonly port?: number;
  /** Certificate and key, PEM files. Without them only loopback addresses are served. */
  readonly tls?: { readonly certFile: string; readonly keyFile: string } | undefined;
  /** Base of the URLs in records. @default the address that is served */
  readonly publicUrl?: string | undefined;
  /** Serves clients of the original. @default false */
  readonly legacy?: boolean;
  /** Whether whoever asked for an AMI may not approve it. @default false */
  readonly fourEyes?: boolean;
  /** Version of the first AMI of a stack tag. @default 1.0.0 */
  readonly versionSeed?: string;
  /** How long an attempt may take, ms. @default 240 min */
  readonly attemptLimitMs?: number;
  /** How long an attempt may be silent, ms; longer than a database may be away, since nobody is heard then. @default 3 min */
  readonly silenceLimitMs?: number;
  /** Between two signs of life of an attempt, ms. @default 10 s */
  readonly heartbeatMs?: number;
  /** Pause between looks for attempts that take too long, ms. @default 30 s */
  readonly sweepMs?: number;
  /** How long a client may take to send a request, ms. @default 30 s */
  readonly requestTimeoutMs?: number;
  /** How many events to work on at once. @default 50 */
  readonly concurrency?: number;
  /** Pause between looks for events that were asked of other processes, ms. @default 2 s */
  readonly pollMs?: number;
  /** How many pages can be watched for changes at a time. @default 500 */
  readonly mostWatchers?: number;
  /** How and whom it tells of what happens. @default nobody: deliveries fail, and say so */
  readonly notifications?: Notifications | undefined;
  /** Pause between looks for notifications to deliver, ms. @default 1 s */
  readonly notifyMs?: number;
  /** Wait before a notification is tried again, ms; it doubles with each attempt. @default 10 s */
  readonly notifyRetryMs?: number;
  /** @default the machine's */
  readonly clock?: Clock;
  /** @default silent */
  readonly logger?: Logger;
}

/** A server that runs. */
export interface Orchestrator {
  /** `host:port` as bound. */
  readonly address: string;
  readonly url: string;
  readonly service: LifecycleService;
  readonly keys: KeyStore;
  /** Stops what runs, lets calls in progress end, and closes the database. */
  close(): Promise<void>;
}

const minuteMs = 60_000;
const nobodyTold: Notifications = { channels: {}, alsoTold: () => [], mostAttempts: 1 };

/**
 * Starts a lifecycle server in this process.
 *
 * @throws `INVALID_OPTION` for plain text off loopback, or an address that cannot be listened on.
 */
export const startOrchestrator = async (options: OrchestratorOptions): Promise<Orchestrator> => {
  const { database, executors, clock = systemClock, logger = silentLogger, legacy = false } = options;
  const { attemptLimitMs = 240 * minuteMs, concurrency = 50, pollMs = 2_000 } = options;
  const { db } = database;
  const queue = await JobQueue.open({ db, clock, logger, concurrency, pollMs, jobLimitMs: attemptLimitMs });
  // Whatever was being worked on here was so by a process that is gone.
  if (!database.shared) await queue.takeBack(new Date(clock.now()));
  const claims = new AttemptClaims(db, clock);
  const versionSeed = options.versionSeed ?? '1.0.0';
  const { notifications = nobodyTold } = options;
  const { alsoTold } = notifications;
  const store = new LifecycleStore({ db, clock, versionSeed, alsoTold, jobs: queue });
  const outbox = new NotificationOutbox(db, clock);
  const service = new LifecycleService({
    store,
    claims,
    queue,
    clock,
    canRun: (event) => executors[event] !== undefined,
    attemptLimitMs,
    silenceLimitMs: options.silenceLimitMs ?? 3 * minuteMs,
    fourEyes: options.fourEyes ?? false,
    pinBuild: options.pinBuild,
    pinPatch: options.pinPatch,
    checkExport: options.checkExport,
  });
  const keys = new KeyStore(db, clock);
  const revisions = {
    of: (lifecycleIds: readonly string[]) => revisionsOf(db, lifecycleIds),
    ofAll: () => revisionOfAll(db),
  };
  const feed = new ChangeFeed({
    revisions,
    clock,
    logger,
    everyMs: 1_000,
    mostWatchers: options.mostWatchers ?? 500,
  });
  const appOptions = {
    sessions: new SessionStore(db, clock),
    revisions,
    changes: (watched: Pick<ChangeStreamOptions, 'lifecycleId' | 'seen'>) =>
      changeStream({ feed, clock, ...watched }),
    filterChoices: () => filterChoices(db),
    ...{ service, store, outbox, keys, logger, legacy, failedKeys: new FailedKeys(clock) },
    page: (request: PageRequest) => lifecyclePage(db, request),
    exportLink: options.exportLink,
    select: (criteria: ResolvedCriteria) => selectAmi(db, criteria),
    isReady: () => answers(database),
  };
  const { host = '127.0.0.1', port = 0, tls, requestTimeoutMs = 30_000 } = options;
  const publicUrlOf = (url: string) => (options.publicUrl ?? url).replace(/\/+$/, '');
  const server = await listen(
    { host, port, tls, requestTimeoutMs },
    (url) => createApp({ ...appOptions, publicUrl: publicUrlOf(url) }).fetch,
  );
  const heartbeatMs = options.heartbeatMs ?? 10_000;
  const { afterAttempt } = options;
  const afterwards = afterAttempt && ((lifecycleId: string) => afterAttempt(lifecycleId, service));
  queue.work(new AttemptRunner({ service, claims, executors, clock, logger, heartbeatMs, afterwards }).run);
  const stopping = new AbortController();
  const sweeping = sweep({ service, clock, logger, everyMs: options.sweepMs ?? 30_000 }, stopping.signal);
  const dispatcher = new NotificationDispatcher({
    ...{ outbox, clock, logger, channels: notifications.channels, publicUrl: publicUrlOf(server.url) },
    mostAttempts: notifications.mostAttempts,
    everyMs: options.notifyMs ?? 1_000,
    retryMs: options.notifyRetryMs ?? 10_000,
  });
  dispatcher.start();
  return {
    address: server.address,
    url: server.url,
    service,
    keys,
    close: async () => {
      stopping.abort();
      await feed.close();
      await server.close();
      await sweeping;
      await queue.close();
      await dispatcher.stop();
      await database.close();
    },
  };
};

const answers = async ({ db }: Database): Promise<boolean> => {
  try {
    await sql`select 1`.execute(db);
    return true;
  } catch {
    return false;
  }
};
