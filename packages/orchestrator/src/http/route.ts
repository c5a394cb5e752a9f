import type { ExportLink, LifecycleOperation } from '@ami-publisher/core';
import type * as z from 'zod';
import type { Caller, LifecycleService } from '../lifecycles/lifecycle-service.js';
import type { LookupRow } from '../lifecycles/lookup.js';
import type { LifecycleState } from '../lifecycles/state.js';
import type { Revisions } from '../live/change-feed.js';
import type { ChangeStreamOptions } from '../live/change-stream.js';
import type { Viewer } from '../pages/frame.js';
import type { ShapeRule } from '../rules/request-shape.js';
import type { FilterChoices, LifecyclePage, PageRequest } from '../store/lifecycle-pages.js';
import type { NotificationOutbox } from '../store/notification-outbox.js';
import type { ResolvedCriteria } from '../store/select-ami.js';

/** What routes answer from. */
export interface RouteServices {
  readonly service: LifecycleService;
  readonly page: (request: PageRequest) => Promise<LifecyclePage>;
  readonly filterChoices: () => Promise<FilterChoices>;
  readonly revisions: Revisions;
  readonly changes: (options: Pick<ChangeStreamOptions, 'lifecycleId' | 'seen'>) => ReadableStream;
  /** The deliveries of the notices of lifecycles. */
  readonly outbox: Pick<NotificationOutbox, 'list' | 'tally'>;
  /** Left out where nothing is exported. */
  readonly exportLink?: ((state: LifecycleState) => Promise<ExportLink>) | undefined;
  readonly select: (criteria: ResolvedCriteria) => Promise<LookupRow>;
}

/** A request that has passed: its key is good for the operation, and its values are of the form that the route wants. */
export interface RouteCall<Input> {
  /** The body, or the query of a read. */
  readonly input: Input;
  /** From the path; empty where the path has none. */
  readonly lifecycleId: string;
  readonly caller: Caller;
  /** Who looks at a page. */
  readonly viewer: Viewer;
  /** Id of the last message that a browser has had of a stream that it asks for again. */
  readonly lastEventId: string | undefined;
  /** The record of a lifecycle, as this caller gets to see it, and attributes beside it. */
  readonly record: (state: LifecycleState, more?: object) => unknown;
}

/** A success. */
export interface RouteAnswer {
  /** JSON, a page in HTML, or a stream of server-sent events. */
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A route, as data: the server, its checks and the OpenAPI document are all made of it. */
export interface Route {
  /** Operation id. */
  readonly name: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** `{lifecycle-id}` stands for the id. */
  readonly path: string;
  readonly operation: LifecycleOperation;
  readonly summary: string;
  /** What a wrong key is told. */
  readonly badKey: string;
  /** What the body must have, before its values are looked at. */
  readonly shape?: readonly ShapeRule[];
  readonly body?: z.ZodType;
  readonly query?: z.ZodObject;
  /** Of the answer; `html` for a page, `stream` for server-sent events. */
  readonly answer: z.ZodType | 'html' | 'stream';
  readonly handle: (call: RouteCall<never>, services: RouteServices) => Promise<RouteAnswer>;
}

type InputOf<Body, Query> = Body extends z.ZodType
  ? z.output<Body>
  : Query extends z.ZodType
    ? z.output<Query>
    : undefined;

/** A route whose handler knows the type of its input. */
export const defineRoute = <
  const Body extends z.ZodType | undefined = undefined,
  const Query extends z.ZodObject | undefined = undefined,
>(
  route: Omit<Route, 'body' | 'query' | 'handle'> & {
    readonly body?: Body;
    readonly query?: Query;
    readonly handle: (call: RouteCall<InputOf<Body, Query>>, services: RouteServices) => Promise<RouteAnswer>;
  },
): Route => route as unknown as Route;

/** Whether a route is for browsers, which have a session in place of a key. */
export const isForBrowsers = ({ answer }: Route): boolean => answer === 'html' || answer === 'stream';
