/**
 * Shows what a publication would do, and does it when it is told to.
 *
 *   node examples/plan.ts base/debian-12 2026-11-22 'prod,us-east-1;dev,*'            # shows the plan
 *   node examples/plan.ts base/debian-12 2026-11-22 'prod,us-east-1;dev,*' --go       # and carries it out
 *
 * A plan is data: keep it, send it to a reviewer, compare it with a limit. Here a plan is refused where a target cannot be planned for.
 */
import { openPublisher } from './open-publisher.js';

const [stream, leaf, selection = '', go] = process.argv.slice(2);
if (stream === undefined || leaf === undefined)
  throw new Error('usage: plan.ts STREAM LEAF [TARGETS] [--go]');

const { cloud, publisher, close } = await openPublisher();
try {
  const targets = await cloud.resolveTargets(selection);
  const plan = await publisher.plan({ stream, leaf, targets });
  for (const { target, actions } of plan.targets)
    console.log(`${target.account},${target.region}: ${actions.join('; ')}`);
  for (const { target, reason } of plan.skipped)
    console.log(`${target.account},${target.region}: nothing, ${reason}`);
  for (const { account, region, message } of plan.failures) console.log(`${account},${region}: ${message}`);
  if (plan.failures.length > 0) process.exitCode = 1;
  else if (go === '--go') {
    const { ok, publicationId } = await publisher.start(plan).results;
    console.log(`${publicationId}: ${ok ? 'published' : 'not complete'}`);
    if (!ok) process.exitCode = 1;
  }
} finally {
  await close();
}
