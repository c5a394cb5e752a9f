import type { CommandName } from '../inputs/definitions.js';
import type { ActionCommand } from './command.js';
import { approveLifecycle, createLifecycle, lifecycleStatus, updateLifecycle } from './lifecycle.js';
import { expire, setExclusiveTags } from './operations.js';
import { plan, publish } from './publish.js';
import { rollback } from './rollback.js';

/** What each command does. */
export const actionCommands: Readonly<Record<CommandName, ActionCommand>> = {
  publish,
  plan,
  rollback,
  expire,
  'set-exclusive-tags': setExclusiveTags,
  'lifecycle-create': createLifecycle,
  'lifecycle-update': updateLifecycle,
  'lifecycle-approve': approveLifecycle,
  'lifecycle-status': lifecycleStatus,
};
