import type { LifecycleEvent } from '@ami-publisher/core';
import type { Executor, Executors, Verdict, Work } from '../../src/index.js';

/** Events that something runs; the verdict of QA is a person's. */
export const runnable: readonly LifecycleEvent[] = [
  'BUILD_AMI',
  'SMOKE_TESTS_AMI_CREATE',
  'VULNERABILIY_SCANS_AMI_CREATE',
  'QA_CERTIFICATION_REQUEST',
  'MARK_FOR_PRODUCTION_CREATE',
  'PATCH_AMI',
  'SMOKE_TESTS_AMI_PATCH',
  'VULNERABILITY_SCANS_AMI_PATCH',
  'MARK_FOR_PRODUCTION_PATCH',
];

/** An attempt that has begun and does nothing until the test ends it. */
export interface Held {
  readonly work: Work;
  readonly signal: AbortSignal;
  readonly finish: (verdict: Verdict) => void;
  readonly fail: (reason: Error) => void;
}

/** Executors that wait for the test. */
export class HeldExecutors {
  /** Ids of attempts that were cleaned up after. */
  readonly cleaned: string[] = [];
  /** Ids of attempts that cannot be cleaned up after. */
  readonly stuck = new Set<string>();
  readonly executors: Executors = Object.fromEntries(runnable.map((event) => [event, this.#executor()]));
  readonly #held: Held[] = [];
  readonly #waiting: { readonly lifecycleId: string; readonly take: (held: Held) => void }[] = [];
  #amis = 0;

  /** What runs for a lifecycle, or begins next. */
  async next(lifecycleId: string): Promise<Held> {
    const index = this.#held.findIndex(({ work }) => work.attempt.lifecycleId === lifecycleId);
    const [held] = index < 0 ? [] : this.#held.splice(index, 1);
    return held ?? new Promise((take) => this.#waiting.push({ lifecycleId, take }));
  }

  /** How often something runs for a lifecycle that no test has taken. */
  count(lifecycleId: string): number {
    return this.#held.filter(({ work }) => work.attempt.lifecycleId === lifecycleId).length;
  }

  /** What executors of an event give when all is well. */
  success(event: LifecycleEvent): Verdict {
    if (event !== 'BUILD_AMI' && event !== 'PATCH_AMI')
      return { status: 'COMPLETED', properties: { task: event } };
    this.#amis += 1;
    const image = `ami-${String(this.#amis).padStart(8, '0')}`;
    const ami = { image, name: `ami ${this.#amis}`, region: 'eu-west-1', accountId: '111122223333' };
    return { status: 'COMPLETED', properties: { task: event, ami_details: [ami] } };
  }

  #executor(): Executor {
    return {
      run: (work, signal) =>
        new Promise((finish, fail) => {
          signal.addEventListener('abort', () => fail(signal.reason), { once: true });
          this.#hold({ work, signal, finish, fail });
        }),
      cleanUp: async ({ attempt }) => {
        this.cleaned.push(attempt.id);
        if (this.stuck.has(attempt.id)) throw new Error('AWS does not terminate it');
      },
    };
  }

  #hold(held: Held): void {
    const { lifecycleId } = held.work.attempt;
    const index = this.#waiting.findIndex((waiting) => waiting.lifecycleId === lifecycleId);
    const [waiting] = index < 0 ? [] : this.#waiting.splice(index, 1);
    if (waiting === undefined) this.#held.push(held);
    else waiting.take(held);
  }
}
