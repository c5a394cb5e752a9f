import { AmiPublisherError, type Clock } from '@ami-publisher/base';
import { type DrawnTime, type Latency, LatencySampler } from './latency.js';
import { type Place, RegionState } from './region-state.js';

/** What one account has in one region, and how long things take there. */
export interface Region {
  readonly state: RegionState;
  readonly latency: LatencySampler;
}

/** What all regions have in common. */
export interface RegionsOptions {
  readonly clock: Clock;
  readonly latency: Latency;
  readonly seed: string | number;
  /** Hears of every time as it is drawn. */
  readonly onTime?: ((time: DrawnTime) => void) | undefined;
}

/** All accounts' regions; each begins to exist when it is first asked for. */
export class Regions {
  readonly #options: RegionsOptions;
  readonly #regions = new Map<string, Region>();
  readonly #byName = new Map<string, RegionState[]>();

  constructor(options: RegionsOptions) {
    this.#options = options;
  }

  at({ accountId, region }: Place): Region {
    const key = `${accountId},${region}`;
    const existing = this.#regions.get(key);
    if (existing !== undefined) return existing;
    const { clock, latency, seed, onTime } = this.#options;
    const made = {
      state: new RegionState(accountId, region, clock),
      latency: new LatencySampler(latency, `${seed}/${key}`, (kind, ms, resourceId) =>
        onTime?.({ accountId, region, kind, ms, resourceId }),
      ),
    };
    this.#regions.set(key, made);
    this.#byName.set(region, [...(this.#byName.get(region) ?? []), made.state]);
    return made;
  }

  /** What the other accounts have in a region. */
  beside({ accountId, region }: Place): RegionState[] {
    return (this.#byName.get(region) ?? []).filter((state) => state.accountId !== accountId);
  }

  /** What all accounts have in a region. */
  in(region: string): readonly RegionState[] {
    return this.#byName.get(region) ?? [];
  }

  states(): RegionState[] {
    return [...this.#regions.values()].map(({ state }) => state);
  }

  /** The region that has a resource. @throws `AWS_NOT_FOUND` */
  withResource(id: string, find: (state: RegionState) => object | undefined): RegionState {
    const state = this.states().find((candidate) => find(candidate) !== undefined);
    if (state !== undefined) return state;
    throw new AmiPublisherError('AWS_NOT_FOUND', { message: `the sandbox has no ${id}`, resource: id });
  }
}
