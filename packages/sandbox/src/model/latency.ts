import { readFile } from 'node:fs/promises';
import { AmiPublisherError, invalidOption } from '@ami-publisher/base';
import { checkDuration, type Duration, sampleMs } from './duration.js';
import { type Random, seededRandom } from './random.js';
import type { Place } from './region-state.js';

/** How long requests and state transitions take: milliseconds, or a distribution of them. */
export interface Latency {
  /** A request, before it has an effect. @default 0 */
  readonly apiMs: Duration;
  /** Volume: `creating` to `available`. @default 40 */
  readonly createVolumeMs: Duration;
  /** Volume: `deleting` until it has gone. @default 30 */
  readonly deleteVolumeMs: Duration;
  /** Attachment: `attaching` to `attached`. @default 60 */
  readonly attachVolumeMs: Duration;
  /** Attachment: `detaching` until it has gone. @default 60 */
  readonly detachVolumeMs: Duration;
  /** Modification: `modifying` to `optimizing`, when the new size is there. @default 80 */
  readonly modifyVolumeMs: Duration;
  /** Modification: `optimizing` to `completed`. @default 200 */
  readonly optimizeVolumeMs: Duration;
  /** Snapshot: `pending` to `completed`. @default 300 */
  readonly completeSnapshotMs: Duration;
  /** Image Builder: from each state of an image to the next, of which there are four on the way to `AVAILABLE`. @default 50 */
  readonly buildImageMs: Duration;
  /** Export image task: `active` to its end. @default 100 */
  readonly exportImageMs: Duration;
  /** Store image task: `InProgress` to its end. @default 100 */
  readonly storeImageMs: Duration;
  /** Image: `pending` to `available`. @default 100 */
  readonly registerImageMs: Duration;
  /** Usage report of an image: `pending` to `available`. @default 100 */
  readonly usageReportMs: Duration;
  /** Instance: `pending` to `running`. @default 150 */
  readonly startInstanceMs: Duration;
  /** Instance: `stopping` to `stopped`, at least; its program has to end as well. @default 100 */
  readonly stopInstanceMs: Duration;
  /** Instance: `shutting-down` to `terminated`, at least; its program has to end as well. @default 100 */
  readonly terminateInstanceMs: Duration;
}

/** Short enough for a demonstration, long enough that no caller gets by without waiting. */
export const defaultLatency: Latency = {
  apiMs: 0,
  createVolumeMs: 40,
  deleteVolumeMs: 30,
  attachVolumeMs: 60,
  detachVolumeMs: 60,
  modifyVolumeMs: 80,
  optimizeVolumeMs: 200,
  completeSnapshotMs: 300,
  buildImageMs: 50,
  exportImageMs: 100,
  registerImageMs: 100,
  storeImageMs: 100,
  usageReportMs: 100,
  startInstanceMs: 150,
  stopInstanceMs: 100,
  terminateInstanceMs: 100,
};

/** @throws `INVALID_OPTION` for a name that is no latency, or a value that is no {@link Duration}. */
export const resolveLatency = (latency: Partial<Latency> = {}): Latency => {
  for (const [name, value] of Object.entries(latency)) {
    if (!Object.hasOwn(defaultLatency, name)) {
      throw invalidOption('latency', `some of ${Object.keys(defaultLatency).join(', ')}`, name);
    }
    checkDuration(`latency.${name}`, value);
  }
  return { ...defaultLatency, ...latency };
};

/**
 * Reads a latency file: a JSON object with members of {@link Latency}.
 *
 * @example
 * ```json
 * { "apiMs": 80, "completeSnapshotMs": { "kind": "lognormal", "medianMs": 90000, "sigma": 0.4 } }
 * ```
 *
 * @throws `INVALID_OPTION` for a file that cannot be read or that holds anything else.
 */
export const readLatencyFile = async (path: string): Promise<Partial<Latency>> => {
  const latency = await readJson(path);
  if (typeof latency !== 'object' || latency === null || Array.isArray(latency)) {
    throw invalidOption(path, 'a JSON object of latencies', JSON.stringify(latency));
  }
  resolveLatency(latency);
  return latency;
};

const readJson = async (path: string): Promise<unknown> => {
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch (cause) {
    throw new AmiPublisherError('INVALID_OPTION', {
      message: `the latency file ${path} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`,
      resource: path,
      remedy: 'name a JSON file with an object of latencies',
      cause,
    });
  }
};

type OnDraw = (kind: keyof Latency, ms: number, resourceId: string | undefined) => void;

/** A time that the model has taken from a distribution. */
export interface DrawnTime extends Place {
  readonly kind: keyof Latency;
  readonly ms: number;
  /** Id of what takes that time; left out for the time of a request. */
  readonly resourceId?: string | undefined;
}

/**
 * The times of one account in one region, one after the other. Each kind of time has random numbers of its own, so that one more call of
 * some action does not change the times of the others.
 */
export class LatencySampler {
  readonly #latency: Latency;
  readonly #seed: string;
  readonly #onDraw: OnDraw;
  readonly #random = new Map<keyof Latency, Random>();

  constructor(latency: Latency, seed: string, onDraw: OnDraw = () => {}) {
    this.#latency = latency;
    this.#seed = seed;
    this.#onDraw = onDraw;
  }

  /** The next time of that kind, in milliseconds; `resourceId` is of what takes it. */
  next(name: keyof Latency, resourceId?: string): number {
    const ms = sampleMs(this.#latency[name], this.#randomOf(name));
    this.#onDraw(name, ms, resourceId);
    return ms;
  }

  #randomOf(name: keyof Latency): Random {
    const existing = this.#random.get(name);
    if (existing !== undefined) return existing;
    const random = seededRandom(`${this.#seed}/${name}`);
    this.#random.set(name, random);
    return random;
  }
}
