/** A list of lines that keys move about in. */
export interface ListState {
  readonly size: number;
  readonly cursor: number;
  readonly ticked: ReadonlySet<number>;
  /** Whether lines can be ticked. */
  readonly isMany: boolean;
}

/** What a key has done: moved on, or ended. */
export type ListStep =
  | { readonly state: ListState }
  | { readonly chosen: readonly number[] }
  | { readonly left: 'back' | 'quit' };

/** A key as Node's `readline` names it. */
export interface Key {
  readonly name?: string | undefined;
  readonly ctrl?: boolean | undefined;
}

/** A list with the cursor on its first line. */
export const newList = (size: number, isMany: boolean): ListState => ({
  size,
  cursor: 0,
  ticked: new Set(),
  isMany,
});

const moves: Readonly<Record<string, number>> = { up: -1, k: -1, down: 1, j: 1 };
const ticks: ReadonlySet<string> = new Set(['space', 'tab']);

/** What a key does to a list: arrows go round, blank and tab tick, Enter takes what is ticked or else the line of the cursor. */
export const pressKey = (state: ListState, { name = '', ctrl = false }: Key): ListStep => {
  if (ctrl && (name === 'c' || name === 'd')) return { left: 'quit' };
  if (name === 'escape') return { left: 'back' };
  if (name === 'return' || name === 'enter') {
    return { chosen: state.ticked.size > 0 ? [...state.ticked].sort((a, b) => a - b) : [state.cursor] };
  }
  const move = moves[name];
  if (move !== undefined)
    return { state: { ...state, cursor: (state.cursor + move + state.size) % state.size } };
  if (state.isMany && ticks.has(name)) return { state: { ...state, ticked: toggled(state) } };
  return { state };
};

const toggled = ({ ticked, cursor }: ListState): ReadonlySet<number> =>
  new Set(ticked.has(cursor) ? [...ticked].filter((line) => line !== cursor) : [...ticked, cursor]);
