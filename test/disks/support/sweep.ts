import type { SystemCall, Victim } from './system-calls.js';

/** A call, and what it is done to. */
export interface SortedCall extends SystemCall {
  /** Such as `record` or `staging`. */
  readonly object: string;
}

/** Names of what calls are done to, with what their parameters look like; the first that fits counts. */
export type Objects = readonly (readonly [string, RegExp])[];

/** Calls whose parameters fit no object are left out: they change nothing that lasts. */
export const sortCalls = (calls: readonly SystemCall[], objects: Objects): SortedCall[] =>
  calls.flatMap((call) => {
    const [object] = objects.find(([, pattern]) => pattern.test(call.text)) ?? [];
    return object === undefined ? [] : [{ ...call, object }];
  });

/** Such as `rename staging`. */
const kindOf = ({ name, object }: SortedCall): string => `${name} ${object}`;

/** Every kind of call, once. */
export const kindsOf = (calls: readonly SortedCall[]): string[] => [...new Set(calls.map(kindOf))].sort();

/** Prints how often a process died at each kind of call. */
export const printHits = (deaths: readonly SortedCall[]): void => {
  const times = (kind: string) => deaths.filter((death) => kindOf(death) === kind).length;
  console.log(
    `died ${deaths.length} times: ${kindsOf(deaths)
      .map((kind) => `${kind} ${times(kind)}`)
      .join(', ')}`,
  );
};

/** How often calls on an object are died at. */
export type Often = 'once' | 'first and last' | 'each time';

/** Of each kind of call those that a process is to die at. */
export const chooseVictims = (
  calls: readonly SortedCall[],
  often: (object: string) => Often,
): SortedCall[] => {
  const groups = new Map<string, SortedCall[]>();
  for (const call of calls) {
    const kind = `${call.thread} ${kindOf(call)}`;
    groups.set(kind, [...(groups.get(kind) ?? []), call]);
  }
  return [...groups.values()].flatMap((group) => {
    const how = often(group[0]?.object ?? '');
    if (how === 'each time') return group;
    return how === 'once' ? group.slice(0, 1) : [...new Set([...group.slice(0, 1), ...group.slice(-1)])];
  });
};

/** The call that a process died at; undefined if it never came to it. */
export const deathOf = (
  calls: readonly SystemCall[],
  victim: Victim,
  objects: Objects,
): SortedCall | undefined => {
  const [call] = sortCalls(
    calls.filter(({ name, count }) => name === victim.name && count === victim.count).slice(-1),
    objects,
  );
  return call;
};

/** Does all work, by as many lanes at a time as there are; ends with the first failure. */
export const inLanes = async <Lane, Item>(
  lanes: readonly Lane[],
  items: readonly Item[],
  work: (lane: Lane, item: Item) => Promise<void>,
): Promise<void> => {
  const waiting = [...items];
  await Promise.all(
    lanes.map(async (lane) => {
      for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) await work(lane, item);
    }),
  );
};
