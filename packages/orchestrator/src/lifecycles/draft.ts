import type { LifecycleEvent } from '@ami-publisher/core';
import type { Attempt, Channel, Lifecycle, LifecycleState, Patch } from './state.js';

/** What a notice is about: results by their status; WAITING for the verdict of a person. */
export const noticeKinds = [
  'STARTED',
  'COMPLETED',
  'FAILED',
  'ERROR',
  'CANCELLED',
  'WAITING',
  'NOTHING_STARTED',
] as const;
export type NoticeKind = (typeof noticeKinds)[number];

/** Something to tell the people and machines that a lifecycle names. */
export interface Notice {
  readonly kind: NoticeKind;
  readonly event: LifecycleEvent | null;
  /** What happened, one sentence. */
  readonly text: string;
  readonly channels: readonly Channel[];
}

/** What decisions need beside the state. */
export interface DecisionContext {
  readonly now: Date;
  readonly newId: () => string;
  /** Name of the key that asks. */
  readonly actor: string;
  /** Whether there is an executor for an event. */
  readonly canRun: (event: LifecycleEvent) => boolean;
}

/** A lifecycle as a decision changes it, and what of it has changed. Nothing is stored before the decision is complete. */
export class Draft {
  #lifecycle: Lifecycle;
  readonly #patches = new Map<number, Patch>();
  readonly #attempts = new Map<string, Attempt>();
  readonly #changedPatches = new Set<number>();
  readonly #changedAttempts = new Set<string>();
  readonly notices: Notice[] = [];
  lifecycleChanged = false;

  constructor({ lifecycle, patches, attempts }: LifecycleState) {
    this.#lifecycle = lifecycle;
    for (const patch of patches) this.#patches.set(patch.number, patch);
    for (const attempt of attempts) this.#attempts.set(attempt.id, attempt);
  }

  /** As it would be if it were stored now. */
  get state(): LifecycleState {
    return {
      lifecycle: this.#lifecycle,
      patches: [...this.#patches.values()],
      attempts: [...this.#attempts.values()],
    };
  }

  get changedPatches(): readonly Patch[] {
    return [...this.#patches.values()].filter(({ number }) => this.#changedPatches.has(number));
  }

  get changedAttempts(): readonly Attempt[] {
    return [...this.#attempts.values()].filter(({ id }) => this.#changedAttempts.has(id));
  }

  changeLifecycle(fields: Partial<Lifecycle>): void {
    this.#lifecycle = { ...this.#lifecycle, ...fields };
    this.lifecycleChanged = true;
  }

  putPatch(patch: Patch): void {
    this.#patches.set(patch.number, patch);
    this.#changedPatches.add(patch.number);
  }

  putAttempt(attempt: Attempt): void {
    this.#attempts.set(attempt.id, attempt);
    this.#changedAttempts.add(attempt.id);
  }

  notify(kind: Notice['kind'], event: LifecycleEvent | null, text: string): void {
    const ofPatch = this.state.patches.at(-1)?.notifications ?? [];
    const channels = [...this.#lifecycle.notifications, ...ofPatch];
    this.notices.push({ kind, event, text, channels: distinct(channels) });
  }
}

/** Each channel once. */
export const distinct = (channels: readonly Channel[]): readonly Channel[] => [
  ...new Map(channels.map((channel) => [`${channel.method} ${channel.target}`, channel])).values(),
];
