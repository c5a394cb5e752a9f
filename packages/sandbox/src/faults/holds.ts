import type { CallSite } from './call-log.js';

/** Where a call is held: as it arrives, or when all is done and the answer is not sent yet. */
export type HoldPoint = 'before' | 'after';

/** A call that waits. */
export interface HeldCall extends CallSite {
  /** Lets it go on, whether or not its caller is still there. */
  release(): void;
  /** Ends it: its connection is closed, and if it was held `before`, it is never done. */
  drop(): void;
}

export type HeldEnd = 'release' | 'drop';

interface Hold {
  readonly matches: (site: CallSite) => boolean;
  readonly point: HoldPoint;
  readonly arrived: (call: HeldCall) => void;
}

/** Stops calls at an exact point, so that a test can look at the cloud, or kill the caller, just there. */
export class Holds {
  #holds: Hold[] = [];
  readonly #held = new Set<HeldCall>();

  /** Holds the next call that matches. Resolves when it is there. */
  next(matches: (site: CallSite) => boolean, point: HoldPoint): Promise<HeldCall> {
    return new Promise((arrived) => this.#holds.push({ matches, point, arrived }));
  }

  /** Waits if the call is to be held here. */
  async pass(site: CallSite, point: HoldPoint): Promise<HeldEnd> {
    const hold = this.#holds.find((candidate) => candidate.point === point && candidate.matches(site));
    if (hold === undefined) return 'release';
    this.#holds = this.#holds.filter((other) => other !== hold);
    return new Promise((resolve) => {
      const end = (how: HeldEnd) => () => {
        this.#held.delete(call);
        resolve(how);
      };
      const { account, region, action } = site;
      const call = { account, region, action, release: end('release'), drop: end('drop') };
      this.#held.add(call);
      hold.arrived(call);
    });
  }

  /** Drops all calls that are held, and holds no more. */
  close(): void {
    this.#holds = [];
    for (const call of this.#held) call.drop();
  }
}
