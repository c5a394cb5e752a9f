import { invalidOption } from '@ami-publisher/base';
import type { Ec2Action } from '@ami-publisher/core';

/** How long changes stay unseen, in milliseconds. */
export interface Lag {
  /** A new resource is missing from the answers of Describe calls that do not name its id. @default 0 */
  readonly listMs: number;
  /** The id of a new resource is NotFound for calls that name it. @default 0 */
  readonly directMs: number;
  /** Describe calls, and their filters, know the tags from before the last `CreateTags` or `DeleteTags`. @default 0 */
  readonly tagsMs: number;
}

/** Lags of all calls, and others for some: the action is the one that looks. */
export interface VisibilityOptions extends Partial<Lag> {
  readonly actions?: { readonly [A in Ec2Action]?: Partial<Lag> } | undefined;
}

export const noLag: Lag = { listMs: 0, directMs: 0, tagsMs: 0 };

const checkLag = (name: string, lag: Partial<Lag>): void => {
  for (const key of Object.keys(noLag) as (keyof Lag)[]) {
    const value = lag[key] ?? 0;
    if (!(value >= 0 && Number.isFinite(value))) throw invalidOption(`${name}.${key}`, 'at least 0', value);
  }
};

/**
 * The lag of each action.
 *
 * @throws `INVALID_OPTION` for a time below 0
 */
export const resolveVisibility = (options: VisibilityOptions = {}): ((action: Ec2Action) => Lag) => {
  const { actions = {}, ...general } = options;
  checkLag('visibility', general);
  for (const [action, lag] of Object.entries(actions)) checkLag(`visibility.actions.${action}`, lag);
  return (action) => ({ ...noLag, ...general, ...actions[action] });
};
