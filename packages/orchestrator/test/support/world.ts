import { systemClock } from '@ami-publisher/base';
import { LifecycleClient, type LifecycleEvent, type LifecycleRecord } from '@ami-publisher/core';
import {
  type Database,
  type Orchestrator,
  type OrchestratorOptions,
  startOrchestrator,
  type Verdict,
} from '../../src/index.js';
import { LifecycleStore } from '../../src/store/lifecycle-store.js';
import { HeldExecutors } from './executors.js';
import { OpenApiChecker } from './openapi-checker.js';
import { creationEvents, patchEvents, requests } from './requests.js';
import { type CreationState, seedDraft } from './seed.js';

export interface Answered {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every form.
  readonly body: any;
  readonly headers: Headers;
}

export interface CallOptions {
  /** @default one that is good for everything */
  readonly key?: string | undefined;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A server with executors that wait for the test, and a client whose answers are all compared with the OpenAPI document. */
export class World {
  readonly held: HeldExecutors;
  readonly server: Orchestrator;
  readonly client: LifecycleClient;
  readonly key: string;
  readonly checker: OpenApiChecker;

  readonly database: Database;
  readonly #store: LifecycleStore;

  private constructor(
    database: Database,
    server: Orchestrator,
    held: HeldExecutors,
    key: string,
    checker: OpenApiChecker,
  ) {
    this.database = database;
    // What is seeded is worked on by nobody.
    const jobs = { add: async () => {}, wake: () => {} };
    this.#store = new LifecycleStore({ db: database.db, clock: systemClock, versionSeed: '1.0.0', jobs });
    this.server = server;
    this.held = held;
    this.key = key;
    this.checker = checker;
    this.client = new LifecycleClient({ connection: { endpoint: server.url, apiKey: key } });
  }

  static async start(database: Database, options: Partial<OrchestratorOptions> = {}): Promise<World> {
    const held = new HeldExecutors();
    const server = await startOrchestrator({
      database,
      executors: held.executors,
      heartbeatMs: 20,
      // Nobody is told, unless a test is about that.
      notifyMs: 600_000,
      exportLink: async ({ lifecycle: { id } }) => ({
        url: `https://disks.s3.us-east-1.amazonaws.com/${id}.vmdk`,
        expires_at: '2026-11-23T12:00:00.000Z',
        bytes: 4_096,
        file: `${id}.vmdk`,
      }),
      ...options,
    });
    const name = `all of ${server.url}`;
    const roles = ['requester', 'qa', 'approver'] as const;
    const key = await server.keys.create({ name, roles, operations: ['delete'] });
    const document = (await (await fetch(`${server.url}/openapi.json`)).json()) as object;
    return new World(database, server, held, key, new OpenApiChecker(document));
  }

  /** Sends a request as it is. */
  async raw(method: string, path: string, init: RequestInit): Promise<Answered> {
    const response = await fetch(this.server.url + path, { method, ...init });
    const text = await response.text();
    const type = response.headers.get('content-type') ?? '';
    this.checker.check(method, path.split('?')[0] ?? '', response.status, type, text);
    const body = type.startsWith('application/json') ? JSON.parse(text) : text;
    return { status: response.status, body, headers: response.headers };
  }

  call(method: string, path: string, body?: unknown, { key = this.key, headers = {} }: CallOptions = {}) {
    return this.raw(method, path, {
      headers: { 'x-api-key': key, ...headers },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  }

  status(id: string): Promise<LifecycleRecord> {
    return this.client.status(id);
  }

  /** Ends what runs, well unless said otherwise, and waits until that is stored. */
  async finish(
    id: string,
    event: LifecycleEvent,
    verdict: Verdict = this.held.success(event),
  ): Promise<void> {
    const held = await this.held.next(id);
    if (held.work.attempt.event !== event) throw new Error(`${held.work.attempt.event} runs, not ${event}`);
    held.finish(verdict);
    await this.client.waitFor(id, event, { pollMs: 2, timeoutMs: 5_000 });
  }

  /** A lifecycle whose build has begun. */
  async create(more: object = {}): Promise<string> {
    const { status, body } = await this.call('POST', '/ami-creation/lifecycles', {
      ...requests.create(),
      ...more,
    });
    if (status !== 200) throw new Error(JSON.stringify(body));
    return body.lifecycle_id;
  }

  update(id: string, ...enabled: string[]): Promise<Answered> {
    return this.call('PUT', '/ami-creation/lifecycles', requests.update(id, creationEvents(...enabled)));
  }

  certify(id: string, verdict = 'CERTIFIED'): Promise<Answered> {
    return this.call('POST', `/ami-creation/lifecycles/${id}/certify`, requests.certify(id, verdict));
  }

  approve(id: string, verdict = 'APPROVED', type = 'ami-creation'): Promise<Answered> {
    return this.call('POST', `/${type}/lifecycles/${id}/approve`, requests.approve(id, verdict));
  }

  createPatch(id: string, more: object = {}): Promise<Answered> {
    return this.call('POST', '/ami-patch/lifecycles', { ...requests.createPatch(id), ...more });
  }

  updatePatch(id: string, ...enabled: string[]): Promise<Answered> {
    return this.call('PUT', '/ami-patch/lifecycles', requests.updatePatch(id, patchEvents(...enabled)));
  }

  /** A lifecycle in a state of its creation. */
  async reach(state: CreationState, request: object = {}): Promise<string> {
    const draft = await seedDraft(state, request, (event) => this.held.success(event));
    const { id: lifecycleId } = draft.state.lifecycle;
    await this.#store.insert(draft, {
      actor: 'seed',
      operation: 'seed',
      lifecycleId,
      status: 200,
      code: null,
    });
    return lifecycleId;
  }

  close(): Promise<void> {
    return this.server.close();
  }
}
