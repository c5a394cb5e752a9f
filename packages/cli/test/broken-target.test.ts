import { operationCommands } from '@ami-publisher/core';
import { describe, expect, it } from 'vitest';
import { changingCommands } from './support/changing-commands.js';
import { createRecordedCloud } from './support/recorded-cloud.js';

const kinds = [
  ['throttles', 'throttle', 'AWS_THROTTLED'],
  ['denies', 'deny', 'ACCESS_DENIED'],
  ['hangs', 'hang', 'AWS_UNAVAILABLE'],
] as const;
/** What results files name is in the first target alone. */
const byName: ReadonlySet<string> = new Set([
  'delete',
  'delete-tags',
  'launch-instances-for-images',
  'set-exclusive-tags',
  'share',
  'unshare',
]);

/** The first target alone has what the other is to get; that others get it all the same is another test's. */
const isSource: ReadonlySet<string> = new Set(['copy-bootstrap-image']);

describe.each(kinds)('a target that %s', (_what, kind, code) => {
  it.each(changingCommands)('fails by itself, and the other is worked on: $command', async (row) => {
    const world = await createRecordedCloud();
    const { cloud, operations, run, targets, pass } = world;
    const request = await row.prepare(world);
    await pass(3_600_000);
    const [good, broken] = targets.targets;
    cloud.model.faults.add({ kind, action: '*', account: broken!.accountId });
    const command = operationCommands.find(({ name }) => name === row.command)!;

    const results = await run(operations.run(command, targets, request));

    const [first, second] = results.targets;
    const status = isSource.has(row.command) ? 'nothing' : 'done';
    expect(first).toMatchObject({ account: good!.account, status });
    if (byName.has(row.command)) expect(second?.status).toMatch(/nothing|failed/);
    else expect(second).toMatchObject({ account: broken!.account, status: 'failed', changes: [], code });
  });
});
