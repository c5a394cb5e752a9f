import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { OperationResults } from '@ami-publisher/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createWorld, type World } from '../support/world.js';

const region = 'us-east-1';

let world: World;
/** By command, its words. */
const commands: Record<string, readonly string[]> = {};

beforeAll(async () => {
  world = await createWorld({ accounts: 1, regions: [region], policies: {} });
  const { model } = world.sandbox;
  const [{ id: account, name } = { id: '', name: '' }] = model.accounts;
  const file = join(world.directory, 'results.json');
  writeFileSync(
    file,
    JSON.stringify([{ AccountName: name, Region: region, AmiId: model.addImage({ account, region }) }]),
  );
  commands.delete = ['delete', file, '--now'];
  commands['terminate-instances'] = ['terminate-instances'];
});
afterAll(() => world?.close());

const whatOf = ({ targets }: OperationResults) =>
  targets.flatMap(({ changes }) => changes.map(({ call, resource, text }) => ({ call, resource, text })));

describe.each(['delete', 'terminate-instances'])('%s', (name) => {
  it('[W60] refuses without a terminal and --yes, does nothing in a dry run, and then exactly what that printed', async () => {
    const command = commands[name]!;
    const { model } = world.sandbox;
    const hash = model.stateHash();

    const refused = await world.run(...command);
    expect(refused.code, refused.stderr).toBe(2);
    expect(refused.stderr).toMatch(/would .*--yes/s);
    expect(refused.stdout).toBe('');
    expect(model.stateHash()).toBe(hash);

    const dry = await world.run(...command, '--dry-run');
    expect(dry.code, dry.stderr).toBe(0);
    expect(model.stateHash()).toBe(hash);

    const real = await world.run(...command, '--yes');
    expect(real.code, real.stderr).toBe(0);
    expect(whatOf(dry.json()).length).toBeGreaterThan(0);
    expect(whatOf(real.json())).toEqual(whatOf(dry.json()));
    expect(model.stateHash()).not.toBe(hash);
  });
});
