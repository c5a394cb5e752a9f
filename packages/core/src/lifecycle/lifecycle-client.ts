import { AmiPublisherError, type Clock, invalidOption, systemClock } from '@ami-publisher/base';
import * as z from 'zod';
import { jsonOf } from './answer-error.js';
import {
  type ExportLink,
  exportLinkSchema,
  type LifecycleRecord,
  lifecycleRecordSchema,
  type WriteAnswer,
  writeAnswerSchema,
} from './answers.js';
import type { LifecycleConnection } from './connection.js';
import type { LifecycleEvent, LifecycleType } from './events.js';
import { type EventOutcome, outcomeOf } from './progress.js';
import type {
  ApproveRequest,
  CertifyRequest,
  CreatePatchRequest,
  CreateRequest,
  UpdatePatchRequest,
  UpdateRequest,
} from './requests.js';
import { type LifecycleRoute, lifecyclePath, lifecycleRoutes, ownRoutes } from './routes.js';
import { type SelectedAmi, type SelectionCriteria, selectedAmiSchema } from './selection.js';
import { type LifecycleAnswer, type LifecycleCall, LifecycleTransport } from './transport.js';

export interface LifecycleClientOptions {
  readonly connection: LifecycleConnection;
  /** Limit of each attempt of a call, ms. @default 30000 */
  readonly timeoutMs?: number;
  /** How often a read is tried; a write is sent once. @default 4 */
  readonly readAttempts?: number;
  /** @default the machine's */
  readonly clock?: Clock;
}

export interface LifecycleCallOptions {
  /** Ends the call with `CANCELLED` or the signal's own reason. */
  readonly signal?: AbortSignal | undefined;
}

export interface LifecycleReadOptions extends LifecycleCallOptions {
  /** By which of the two twin routes to ask. @default 'ami-creation' */
  readonly type?: LifecycleType;
}

/** Which lifecycles to list. The original knows no filter and no pages, and answers with all. */
export interface LifecycleFilter extends LifecycleReadOptions {
  readonly stackTag?: string;
  readonly productName?: string;
  readonly productVersion?: string;
  readonly owner?: string;
  /** Newest first. @default oldest first */
  readonly newestFirst?: boolean;
  /** Lifecycles a call, 1 to 1000. @default 100 */
  readonly pageSize?: number;
}

export interface LifecycleWaitOptions extends LifecycleCallOptions {
  /** How long to wait, ms. @default forever */
  readonly timeoutMs?: number;
  /** Between two looks, ms. @default 5000 */
  readonly pollMs?: number;
}

/** Pages as the server links them. */
const nextLink = /<([^>]*)>\s*;\s*rel="next"/;

/**
 * A client of lifecycle servers: ours, and the AMI Lifecycle Orchestrator that it takes the place of.
 *
 * Every method fails with an `AmiPublisherError` by cause: `API_KEY_REFUSED`, `OPERATION_NOT_ALLOWED`, `LIFECYCLE_NOT_FOUND`, `REQUEST_INVALID`,
 * a rule (`EVENT_OUT_OF_ORDER`, `EVENT_IMMUTABLE`, `EVENT_RUNNING`), `ORCHESTRATOR_FAILED`, `ORCHESTRATOR_UNREACHABLE` or `TIMED_OUT`.
 *
 * @example
 * const client = new LifecycleClient({ connection: { endpoint: 'https://orchestrator.example.org', apiKey } });
 * const { lifecycle_id } = await client.create(request);
 * const outcome = await client.waitFor(lifecycle_id, 'BUILD_AMI', { timeoutMs: 3_600_000 });
 */
export class LifecycleClient {
  readonly #transport: LifecycleTransport;
  readonly #clock: Clock;
  readonly #endpoint: string;

  /** @throws `INVALID_OPTION` if the endpoint is no http or https URL. */
  constructor({
    connection,
    timeoutMs = 30_000,
    readAttempts = 4,
    clock = systemClock,
  }: LifecycleClientOptions) {
    if (!/^https?:\/\/\S+$/.test(connection.endpoint)) {
      throw invalidOption('endpoint', 'an http or https URL', connection.endpoint);
    }
    this.#clock = clock;
    this.#endpoint = connection.endpoint.replace(/\/+$/, '');
    this.#transport = new LifecycleTransport({ connection, timeoutMs, readAttempts, clock });
  }

  /** Makes a lifecycle and starts its build. */
  create(request: CreateRequest, options: LifecycleCallOptions = {}): Promise<WriteAnswer> {
    return this.#write(lifecycleRoutes.lifecycleCreate, request, options);
  }

  /** Switches events of a creation on, and starts the next of them. */
  update(request: UpdateRequest, options: LifecycleCallOptions = {}): Promise<WriteAnswer> {
    return this.#write(lifecycleRoutes.lifecycleCreateUpdate, request, options);
  }

  /** Records the verdict of QA. */
  certify(request: CertifyRequest, options: LifecycleCallOptions = {}): Promise<WriteAnswer> {
    return this.#write(lifecycleRoutes.lifecycleQACertification, request, options);
  }

  /** Approves the created AMI for production, or refuses it. */
  approve(request: ApproveRequest, options: LifecycleCallOptions = {}): Promise<WriteAnswer> {
    return this.#write(lifecycleRoutes.lifecycleCreationMarkForProductionApproval, request, options);
  }

  /** Starts a patch of a lifecycle whose creation is complete. */
  createPatch(request: CreatePatchRequest, options: LifecycleCallOptions = {}): Promise<WriteAnswer> {
    return this.#write(lifecycleRoutes.lifecycleCreatePatch, request, options);
  }

  /** Switches events of the newest patch on, and starts the next of them. */
  updatePatch(request: UpdatePatchRequest, options: LifecycleCallOptions = {}): Promise<WriteAnswer> {
    return this.#write(lifecycleRoutes.lifecycleCreateUpdatePatch, request, options);
  }

  /** Approves the newest patch for production, or refuses it. */
  approvePatch(request: ApproveRequest, options: LifecycleCallOptions = {}): Promise<WriteAnswer> {
    return this.#write(lifecycleRoutes.lifecyclePatchMarkForProductionApproval, request, options);
  }

  /** Calls off what is in progress. The original's server cannot. */
  cancel(lifecycleId: string, options: LifecycleCallOptions = {}): Promise<WriteAnswer> {
    return this.#command(ownRoutes.lifecycleCancel, lifecycleId, options);
  }

  /** Tries once more what failed last. The original's server cannot. */
  retry(lifecycleId: string, options: LifecycleCallOptions = {}): Promise<WriteAnswer> {
    return this.#command(ownRoutes.lifecycleRetry, lifecycleId, options);
  }

  /** A link to the disk that was exported for QA. The original's server cannot. @throws `EXPORT_NOT_FOUND` */
  exportLink(lifecycleId: string, { signal }: LifecycleCallOptions = {}): Promise<ExportLink> {
    return this.#ask(exportLinkSchema, callOf(ownRoutes.lifecycleExport, lifecycleId, signal));
  }

  /** The AMI of the highest version that meets the criteria. The original's server cannot. @throws `AMI_NOT_FOUND` */
  select(criteria: SelectionCriteria, { signal }: LifecycleCallOptions = {}): Promise<SelectedAmi> {
    const route = ownRoutes.selectAmi;
    return this.#ask(selectedAmiSchema, { route, path: route.path, query: present(criteria), signal });
  }

  /** The record of a lifecycle. */
  status(
    lifecycleId: string,
    { type = 'ami-creation', signal }: LifecycleReadOptions = {},
  ): Promise<LifecycleRecord> {
    return this.#ask(lifecycleRecordSchema, callOf(statusRoutes[type], lifecycleId, signal));
  }

  /** The records of all lifecycles that the filter lets through, page by page as they are read. */
  async *list(filter: LifecycleFilter = {}): AsyncGenerator<LifecycleRecord> {
    const route = listRoutes[filter.type ?? 'ami-creation'];
    const { path } = route;
    let query: Readonly<Record<string, string>> | undefined = queryOf(filter);
    while (query !== undefined) {
      const answer: LifecycleAnswer = await this.#transport.send({
        route,
        path,
        query,
        signal: filter.signal,
      });
      yield* parsed(z.array(lifecycleRecordSchema), answer, path);
      query = nextQuery(answer, this.#endpoint);
    }
  }

  /** The page, HTML, that shows how far a lifecycle is. */
  async timeline(
    lifecycleId: string,
    { type = 'ami-creation', signal }: LifecycleReadOptions = {},
  ): Promise<string> {
    return (await this.#transport.send(callOf(timelineRoutes[type], lifecycleId, signal))).body;
  }

  /** URL of the record; the key is in it for the original, and never otherwise. */
  statusUrl(
    lifecycleId: string,
    { type = 'ami-creation', signal }: LifecycleReadOptions = {},
  ): Promise<string> {
    return this.#transport.url(callOf(statusRoutes[type], lifecycleId, signal));
  }

  /** URL of the list of all records; the key is in it for the original, and never otherwise. */
  listUrl({ type = 'ami-creation', signal }: LifecycleReadOptions = {}): Promise<string> {
    return this.#transport.url(callOf(listRoutes[type], '', signal));
  }

  /** URL of the timeline; the key is in it for the original, and never otherwise. */
  timelineUrl(
    lifecycleId: string,
    { type = 'ami-creation', signal }: LifecycleReadOptions = {},
  ): Promise<string> {
    return this.#transport.url(callOf(timelineRoutes[type], lifecycleId, signal));
  }

  /**
   * Waits until an event has ended, well or not.
   *
   * @throws `TIMED_OUT` when that takes longer than `timeoutMs`; what reading the record throws.
   */
  async waitFor(
    lifecycleId: string,
    event: LifecycleEvent,
    options: LifecycleWaitOptions = {},
  ): Promise<EventOutcome> {
    const { signal, timeoutMs = Number.POSITIVE_INFINITY, pollMs = 5_000 } = options;
    const end = this.#clock.now() + timeoutMs;
    for (;;) {
      const outcome = outcomeOf(await this.status(lifecycleId, { signal }), event);
      if (outcome !== undefined) return outcome;
      const leftMs = end - this.#clock.now();
      if (leftMs <= 0) throw tooLong(lifecycleId, event, timeoutMs);
      await this.#clock.sleep(Math.min(pollMs, leftMs), signal);
    }
  }

  #command(
    route: LifecycleRoute,
    lifecycleId: string,
    { signal }: LifecycleCallOptions,
  ): Promise<WriteAnswer> {
    return this.#ask(writeAnswerSchema, callOf(route, lifecycleId, signal));
  }

  #write(
    route: LifecycleRoute,
    body: object & { readonly lifecycle_id?: string },
    { signal }: LifecycleCallOptions,
  ): Promise<WriteAnswer> {
    return this.#ask(writeAnswerSchema, { ...callOf(route, body.lifecycle_id ?? '', signal), body });
  }

  /** @throws what sending does, and `ORCHESTRATOR_FAILED` for an answer of another form */
  async #ask<Schema extends z.ZodType>(schema: Schema, call: LifecycleCall): Promise<z.output<Schema>> {
    return parsed(schema, await this.#transport.send(call), call.path);
  }
}

const statusRoutes = {
  'ami-creation': lifecycleRoutes.getLifecycleStatusByLifecycleId,
  'ami-patch': lifecycleRoutes.getLifecycleStatusByLifecycleIdPatch,
} as const;
const listRoutes = {
  'ami-creation': lifecycleRoutes.getLifecycleStatusWithStackTag,
  'ami-patch': lifecycleRoutes.getLifecycleStatusWithStackTagPatch,
} as const;
const timelineRoutes = {
  'ami-creation': lifecycleRoutes.getLifecycleTimelineByLifecycleId,
  'ami-patch': lifecycleRoutes.getLifecycleTimelineByLifecycleIdPatch,
} as const;

const callOf = (
  route: LifecycleRoute,
  lifecycleId: string,
  signal: AbortSignal | undefined,
): LifecycleCall => ({
  route,
  path: lifecyclePath(route, lifecycleId),
  signal,
});

const queryOf = (filter: LifecycleFilter): Record<string, string> => {
  const { stackTag, productName, productVersion, owner, newestFirst, pageSize } = filter;
  return present({
    stack_tag: stackTag,
    product_name: productName,
    product_ver: productVersion,
    owner,
    sort: newestFirst ? '-creation_date' : undefined,
    limit: pageSize?.toString(),
  });
};

/** What is said. */
const present = (given: Readonly<Record<string, string | undefined>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(given).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );

/** What to ask for the next page; undefined after the last. */
const nextQuery = ({ headers }: LifecycleAnswer, endpoint: string): Record<string, string> | undefined => {
  const [, link] = nextLink.exec(headers.get('link') ?? '') ?? [];
  return link === undefined ? undefined : Object.fromEntries(new URL(link, endpoint).searchParams);
};

const parsed = <Schema extends z.ZodType>(
  schema: Schema,
  { body }: LifecycleAnswer,
  path: string,
): z.output<Schema> => {
  const result = schema.safeParse(jsonOf(body));
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new AmiPublisherError('ORCHESTRATOR_FAILED', {
    message: `${path}: the answer is a success, but not of the form expected: ${issue?.path.join('.') || 'it'}: ${issue?.message}`,
    call: path,
    retryable: false,
    remedy: 'see that the endpoint is that of a lifecycle server',
  });
};

const tooLong = (lifecycleId: string, event: LifecycleEvent, timeoutMs: number): AmiPublisherError =>
  new AmiPublisherError('TIMED_OUT', {
    message: `${event} of lifecycle ${lifecycleId} did not end within ${timeoutMs} ms`,
    resource: lifecycleId,
    remedy: 'look at its status, and wait longer if it is in progress',
  });
