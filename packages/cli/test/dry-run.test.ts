import { type AnyCommand, type OperationResults, operationCommands } from '@ami-publisher/core';
import { describe, expect, it } from 'vitest';
import { changingCommands, type ExpectedCall } from './support/changing-commands.js';
import { createRecordedCloud, type RecordedCloud } from './support/recorded-cloud.js';

const commandOf = (name: string): AnyCommand => operationCommands.find((command) => command.name === name)!;

const changesOf = ({ targets }: OperationResults) => targets.flatMap(({ changes }) => changes);
const toldBy = (results: OperationResults) =>
  changesOf(results).map(({ call, resource, text }) => ({ call, resource, text }));

const sorted = (calls: readonly ExpectedCall[]): string[] => calls.map((call) => call.join(' ')).sort();

/** Ids of all that there was and is not as it was. */
const changedIds = (before: RecordedCloud['cloud'], earlier: ReadonlyMap<string, string>): string[] => {
  const now = before.records();
  const changed = [...earlier].filter(([name, value]) => now.get(name) !== value);
  return changed.map(([name]) => name.split('/').at(-1)!);
};

/** Ids that were not there before are `new`. */
const renamed = (calls: readonly ExpectedCall[], known: readonly string[]): ExpectedCall[] =>
  calls.map(([method = '', ...ids]) => [
    method,
    ...ids.map((id) => (/^(snap|vol)-/.test(id) && !known.some((name) => name.endsWith(id)) ? 'new' : id)),
  ]);

describe('what commands change', () => {
  it('is tried for every command that there is', () => {
    const tried = new Set(changingCommands.map(({ command }) => command));
    expect([...tried].sort()).toEqual(operationCommands.map(({ name }) => name).sort());
  });

  it.each(changingCommands)(
    '[W60] is nothing in a dry run, and else what that printed: $command',
    async (row) => {
      const world = await createRecordedCloud();
      const { cloud, calls, operations, run, targets, pass } = world;
      const command = commandOf(row.command);
      const request = await row.prepare(world);
      await pass(3_600_000);
      const before = cloud.records();
      const hash = cloud.stateHash();
      cloud.model.calls.clear();

      const dry = await run(operations.run(command, targets, request, { dryRun: true }));

      expect(cloud.stateHash()).toBe(hash);
      expect(calls).toEqual([]);
      expect(Object.keys(cloud.model.calls.counts()).filter((action) => !isRead.test(action))).toEqual([]);
      expect(toldBy(dry).length).toBeGreaterThan(0);

      const real = await run(operations.run(command, targets, request));

      expect(real).toMatchObject({ ok: true, dryRun: false });
      expect(toldBy(real)).toEqual(toldBy(dry));
      const stood = changesOf(dry).flatMap((change) => row.stands(change));
      expect(sorted(renamed(calls, [...before.keys()]))).toEqual(sorted(stood));
      const told = toldBy(dry)
        .map(({ resource, text }) => `${resource} ${text}`)
        .join('\n');
      expect(changedIds(cloud, before).filter((id) => !told.includes(id))).toEqual([]);
      expect(cloud.stateHash()).not.toBe(hash);
    },
  );
});

const isRead = /^(\w+:)?(Describe|Get|List)/;
