import type { Cloud, ResolvedTargets } from '../cloud/cloud.js';
import type { CallOptions, Ec2Api } from '../cloud/ec2-api.js';
import type { Poller } from '../cloud/poller.js';
import type { Closable } from '../steps/engine.js';
import type { Json, JsonObject } from '../steps/json.js';
import type { StepContext } from '../steps/step.js';
import type { TargetAnswer } from '../target/for-each-target.js';
import type { UnpackerFleet } from '../unpacker/fleet.js';

/** What a command would do to one resource, as data: a dry run shows it, and the run does it and nothing else. */
export interface Change extends JsonObject {
  /** The AWS action or the unpacker's call that does it, as `ec2:TerminateInstances`. */
  readonly call: string;
  /** Id of the resource; with `call`, unlike any other change in its target. */
  readonly resource: string;
  /** For people; goes on after "would". */
  readonly text: string;
}

/** What planning a command works with; it only reads. */
export interface PlanContext extends CallOptions {
  readonly cloud: Cloud;
  readonly targets: ResolvedTargets;
  /** Made when first asked for: commands that ask no unpacker need no certificates. */
  readonly fleet: () => UnpackerFleet;
  /** How many targets at once. */
  readonly concurrency: number;
  /** Something the user should know of. */
  note(message: string): void;
}

/** What carrying out the changes of one target works with. */
export interface ChangeServices extends Closable {
  readonly ec2: Ec2Api;
  readonly poller: Poller;
  readonly cloud: Cloud;
  /** Made when first asked for: commands that ask no unpacker need no certificates. */
  readonly fleet: () => UnpackerFleet;
}

/** A change in the making: its id is that of the operation, and every request without client token is written down first. */
export type ChangeContext = StepContext<ChangeServices, Readonly<Record<string, Json>>>;

/**
 * A command that changes something: what there is to do is found by reading, and each change is a step of its own, journaled and independent
 * of the others.
 */
export interface Command<Request, C extends Change = Change, Done extends Json = Json> {
  /** As on the command line. */
  readonly name: string;
  /** Whether it takes away what cannot be had again for nothing. Then it is confirmed first. */
  readonly destroys: boolean;
  /** Of each change. */
  readonly timeoutMs: number;
  /** How many changes of a target at once; with one, a change may use what those before it came to. @default 1 */
  readonly changesAtOnce?: number;
  plan(context: PlanContext, request: Request): Promise<readonly TargetAnswer<readonly C[]>[]>;
  /** May be called again after any failure, in any process, and then finishes what an earlier call began. */
  run(context: ChangeContext, change: C): Promise<Done>;
  /** Takes the change back; `done` is missing if it did not finish. */
  undo?(context: ChangeContext, change: C, done: Done | undefined): Promise<void>;
}

/** Any command, as the journal knows it: by its name. */
// biome-ignore lint/suspicious/noExplicitAny: a request and its changes belong to their command alone
export type AnyCommand = Command<any, any, any>;

/** What a change is called in the journal and in events. */
export const stepName = ({ call, resource }: Change): string => `${call} ${resource}`;
