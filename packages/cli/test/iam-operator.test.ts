import { Amis, operationCommands } from '@ami-publisher/core';
import { beforeAll, describe, expect, it } from 'vitest';
import { extras } from '../src/docs/iam/extras.js';
import { operatorActions, operatorPolicy } from '../src/docs/iam/operator.js';
import { documentOf, type PolicyDocument } from '../src/docs/iam/policy.js';
import { changingCommands } from './support/changing-commands.js';
import { createRecordedCloud, type RecordedCloud } from './support/recorded-cloud.js';

const policy = documentOf(operatorPolicy);
/** What stands for a command and another way of it: `launch-instances --replace-instances`. */
const tableName = (command: string): string => command.split(' ')[0]!;
const rows = changingCommands.filter(({ command }) => tableName(command) in operatorActions);

/** By command, what it was allowed to call. */
const called = new Map<string, Set<string>>();
/** Entries of the policy that no command has needed yet. */
let unused: Set<string>;
const refused: unknown[] = [];

/** Notes what was called in a cloud, and forgets the targets' own calls. */
const note = (name: string, { cloud: { model } }: RecordedCloud): void => {
  const all = called.get(name) ?? new Set();
  for (const { action } of model.iam.used()) if (action !== 'ec2:DescribeRegions') all.add(action);
  called.set(name, all);
  const left = new Set(model.iam.unused().map(({ statement, action }) => `${statement} ${action}`));
  unused = new Set([...(unused ?? left)].filter((entry) => left.has(entry)));
  refused.push(...model.calls.list().filter(({ error }) => error === 'UnauthorizedOperation'));
};

/** Those of which a part cannot be undone. */
const isForGood: ReadonlySet<string> = new Set(['expire', 'launch-instances --replace-instances']);

const exercise = async ({ command: name, prepare }: (typeof rows)[number]): Promise<void> => {
  const world = await createRecordedCloud(policy);
  const { cloud, operations, pass, run, targets } = world;
  const command = operationCommands.find((one) => one.name === name)!;
  for (const { accountId, region } of targets.targets)
    cloud.model.setRetention({ accountId, region }, { images: true, snapshots: true });
  const request = await prepare(world);
  await pass(3_600_000);
  const { ok, operationId } = await run(operations.run(command, targets, request));
  expect(ok, name).toBe(true);
  if (command.undo !== undefined) {
    const undone = await run(operations.undo(operationId));
    expect(undone.ok, name).toBe(!isForGood.has(name));
  }
  note(tableName(name), world);
};

beforeAll(async () => {
  for (const row of rows) await exercise(row);
  const world = await createRecordedCloud(policy);
  await world.run(new Amis(world.operations).list(world.targets));
  note('list-images', world);
});

describe('the policy for operators', () => {
  it('lets every command pass, and be undone', () => {
    expect(refused).toEqual([]);
  });

  it('has no entry that no command needs', () => {
    expect([...unused]).toEqual([]);
  });

  it.each(Object.entries(operatorActions))(
    'has a table that tells exactly what %s calls',
    (command, actions) => {
      expect([...actions].sort()).toEqual([...(called.get(command) ?? [])].sort());
    },
  );

  it('is told of every command that it is for', () => {
    expect(Object.keys(operatorActions)).toEqual([...called.keys()].sort());
  });
});

/** The statement of the page for instance profiles, with a role in place of its words. */
const passing = (role: string): PolicyDocument => {
  const page = documentOf(extras.find(({ title }) => title === 'An instance profile')!);
  const filled = JSON.stringify(page).replaceAll('ACCOUNT', '*').replaceAll('ROLE', role);
  return { ...policy, Statement: [...policy.Statement, ...(JSON.parse(filled) as PolicyDocument).Statement] };
};

describe.each(['launch-instances', 'launch-instances-for-images'])('an instance profile of %s', (name) => {
  const launch = async (document: PolicyDocument) => {
    const world = await createRecordedCloud(document);
    const command = operationCommands.find((one) => one.name === name)!;
    const request = await rows.find((row) => row.command === name)!.prepare(world);
    await world.pass(3_600_000);
    const launching = { ...(request as object), instanceProfile: 'tester' };
    const { ok, targets } = await world.run(world.operations.run(command, world.targets, launching));
    return { ok, text: JSON.stringify(targets), used: world.cloud.model.iam.used() };
  };

  it('takes iam:PassRole on its role, which the statement of the page allows', async () => {
    const { ok, used } = await launch(passing('tester'));
    expect(ok).toBe(true);
    expect(used).toContainEqual(expect.objectContaining({ statement: 'PassRole', action: 'iam:PassRole' }));
  });

  it.each([
    ['without that statement', policy],
    ['with that statement for another role', passing('other')],
  ])('is denied %s', async (_how, document) => {
    const { ok, text } = await launch(document);
    expect(ok).toBe(false);
    expect(text).toMatch(/"code":"ACCESS_DENIED".*iam:PassRole on resource: arn:aws:iam::\d+:role\/tester /);
  });
});
