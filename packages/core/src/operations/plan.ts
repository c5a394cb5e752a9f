import { randomBytes } from 'node:crypto';
import type { PlannedFailure } from '../publish/plan.js';
import type { JsonObject } from '../steps/json.js';
import { compareTargets, type Target } from '../target/target.js';
import { type AnyCommand, type Change, type PlanContext, stepName } from './command.js';

/** What a command would do in one target. */
export interface PlannedChanges extends JsonObject {
  readonly target: Target & JsonObject;
  /** A best-effort target that fails does not fail the operation. */
  readonly bestEffort: boolean;
  /** None where there is nothing to do. */
  readonly changes: readonly Change[];
}

/** Everything that one call of a command will do; made by reading only. JSON, and the first line of the journal. */
export interface OperationPlan extends JsonObject {
  readonly operationId: string;
  readonly command: string;
  /** RFC 3339, UTC. */
  readonly createdAt: string;
  readonly concurrency: number;
  readonly targets: readonly PlannedChanges[];
  readonly failures: readonly PlannedFailure[];
  readonly notices: readonly string[];
}

const idPrefix = 'op-';

/** Whether a journal of that id is of an operation, rather than of a publication. */
export const isOperationId = (id: string): boolean => id.startsWith(idPrefix);

/** `op-20261122140312-7f3a9c01`: sorts by time, unique without coordination. */
const newOperationId = (now: number): string => {
  const time = new Date(now).toISOString().slice(0, 19).replace(/[-:T]/g, '');
  return `${idPrefix}${time}-${randomBytes(4).toString('hex')}`;
};

/** Finds out what the command would do. A target that cannot be planned for is one of the plan's failures. */
export const makeOperationPlan = async <Request>(
  command: AnyCommand,
  context: Omit<PlanContext, 'note'>,
  request: Request,
): Promise<OperationPlan> => {
  const { cloud, targets: resolved, concurrency } = context;
  const now = cloud.clock.now();
  const notices = [...resolved.notices];
  const note = (message: string) => void notices.push(message);
  const answers = await command.plan({ ...context, note }, request);
  const targets: PlannedChanges[] = [];
  const failed = [...resolved.failures];
  for (const answer of answers) {
    const { target } = answer;
    if ('error' in answer) failed.push({ ...target, error: answer.error });
    else {
      checkDistinct(command, answer.value);
      const { bestEffort } = cloud.settings(target);
      targets.push({ target: { ...target }, bestEffort, changes: answer.value });
    }
  }
  const failures = failed.map(({ account, region, error }) => ({
    ...{ account, region, code: error.code, message: error.message },
    bestEffort: cloud.settings({ account, region }).bestEffort,
  }));
  return {
    operationId: newOperationId(now),
    command: command.name,
    createdAt: new Date(now).toISOString(),
    concurrency,
    targets: targets.sort((a, b) => compareTargets(a.target, b.target)),
    failures: failures.sort(compareTargets),
    notices,
  };
};

const checkDistinct = (command: AnyCommand, changes: readonly Change[]): void => {
  const names = new Set(changes.map(stepName));
  if (names.size < changes.length) throw new TypeError(`${command.name} plans a change twice`);
};
