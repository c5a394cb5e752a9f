import type { Ec2Api } from '../cloud/ec2-api.js';
import { forEachTarget, type TargetAnswer } from '../target/for-each-target.js';
import type { Target } from '../target/target.js';
import type { PlanContext } from './command.js';

/** Plans each target by itself; one that cannot be planned for is data, and leaves the others alone. */
export const planEachTarget = <T>(
  context: PlanContext,
  plan: (target: Target, ec2: Ec2Api) => Promise<T>,
): Promise<TargetAnswer<T>[]> =>
  forEachTarget(
    context.targets.targets,
    async (target) => plan(target, await context.cloud.ec2(target)),
    context,
  );
