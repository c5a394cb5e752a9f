import { wildcard } from '../ec2/filters.js';
import { type Random, seededRandom } from '../model/random.js';
import type { CallSite } from './call-log.js';
import { checkFaultRule, type Fault, type FaultRecord, type FaultRule } from './fault-rule.js';
import { type HeldCall, type HeldEnd, type HoldPoint, Holds } from './holds.js';

type Scope = Pick<FaultRule, 'action' | 'account' | 'region'>;

interface ActiveRule {
  readonly id: number;
  readonly rule: FaultRule;
  readonly matches: (site: CallSite) => boolean;
  readonly random: Random;
  seen: number;
  hits: number;
}

const unpackerPrefix = 'unpacker:';

/** A pattern takes in calls of unpackers only if it says so, so that `*` is AWS alone. */
const matcher = ({ action, account, region }: Scope): ((site: CallSite) => boolean) => {
  const matchesAction = wildcard(action);
  const ofUnpackers = action.startsWith(unpackerPrefix);
  return (site) =>
    site.action.startsWith(unpackerPrefix) === ofUnpackers &&
    matchesAction(site.action) &&
    (account ?? site.account) === site.account &&
    (region ?? site.region) === site.region;
};

const isDue = (active: ActiveRule): boolean => {
  const { nth, count, probability = 1 } = active.rule;
  const limit = count ?? (nth === undefined ? Number.POSITIVE_INFINITY : 1);
  if (active.seen < (nth ?? 1) || active.hits >= limit) return false;
  return probability >= 1 || active.random() < probability;
};

/** Everything that is to go wrong. */
export class Faults {
  readonly #holds = new Holds();
  #rules: ActiveRule[] = [];
  #lastId = 0;

  /**
   * Adds a rule. Of several that could hit a call, the one that was added first does.
   *
   * @example
   * ```ts
   * model.faults.add({ action: 'CreateSnapshot', nth: 2, kind: 'lost-answer' });
   * model.faults.add({ action: '*', probability: 0.05, seed: 7, kind: 'throttle' });
   * ```
   *
   * @returns the rule's id
   * @throws `INVALID_OPTION`
   */
  add(rule: FaultRule): number {
    checkFaultRule(rule);
    this.#lastId += 1;
    const id = this.#lastId;
    const random = seededRandom(`${rule.seed ?? 'faults'}/${id}`);
    this.#rules.push({ id, rule, matches: matcher(rule), random, seen: 0, hits: 0 });
    return id;
  }

  /** @returns whether there was such a rule */
  remove(id: number): boolean {
    const before = this.#rules.length;
    this.#rules = this.#rules.filter((active) => active.id !== id);
    return this.#rules.length < before;
  }

  /** Removes all rules; calls that are held stay so. */
  clear(): void {
    this.#rules = [];
  }

  /** All rules, with how many calls they saw and hit. */
  list(): FaultRecord[] {
    return this.#rules.map(({ id, rule, seen, hits }) => ({ id, rule, seen, hits }));
  }

  /**
   * Holds the next call of an action, until it is released or dropped.
   *
   * @example
   * ```ts
   * const arriving = model.faults.hold('CreateSnapshot', 'after');
   * const held = await arriving; // the snapshot is there, the answer is not sent
   * publisher.kill('SIGKILL');
   * held.release();
   * ```
   *
   * @returns resolves when such a call has arrived
   */
  hold(
    action: string,
    point: HoldPoint,
    where: Pick<FaultRule, 'account' | 'region'> = {},
  ): Promise<HeldCall> {
    return this.#holds.next(matcher({ action, ...where }), point);
  }

  /** The fault that befalls a call, if any. Every rule that is about the call has then seen it. */
  strike(site: CallSite): Fault | undefined {
    let struck: ActiveRule | undefined;
    for (const active of this.#rules.filter(({ matches }) => matches(site))) {
      active.seen += 1;
      if (struck === undefined && isDue(active)) struck = active;
    }
    if (struck === undefined) return undefined;
    struck.hits += 1;
    return struck.rule;
  }

  /** Waits if the call is to be held here. */
  pass(site: CallSite, point: HoldPoint): Promise<HeldEnd> {
    return this.#holds.pass(site, point);
  }

  /** Drops all calls that are held, and holds no more. */
  close(): void {
    this.#holds.close();
  }
}
