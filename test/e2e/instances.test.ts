import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { OperationResults } from '@ami-publisher/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createWorld, type PrintedResults, type World } from '../support/world.js';

const region = 'us-east-1';
const account = '111111111111';

describe('instances from the command line', () => {
  let world: World;
  let published: PrintedResults;

  beforeAll(async () => {
    world = await createWorld({ accounts: 1, regions: [region], policies: {} });
    await world.addImage('base/unpacker/1');
    published = (await world.run('publish', 'base/unpacker', '1', '--tag', 'Preferred=true')).json();
    expect(published.ok).toBe(true);
  });
  afterAll(() => world?.close());

  const run = async (...command: string[]): Promise<OperationResults> => {
    const outcome = await world.run(...command);
    expect(outcome.code, outcome.stderr + outcome.stdout).toBe(0);
    return outcome.json<OperationResults>();
  };

  /** Names of what is there, by state. */
  const states = async (): Promise<string[]> => {
    const { instances } = await world.sandbox.model.inventory(account, region);
    return instances
      .map(({ State, Tags }) => `${Tags?.find(({ Key }) => Key === 'Name')?.Value} ${State?.Name}`)
      .sort();
  };

  it('launches an unpacker that answers, and none where there is one', async () => {
    await run('import-key-pair', 'team', await keyFile(world));
    const results = await run(
      ...['launch-instances', 'base/unpacker', '--instance-name', 'second', '--wait', 'unpacker'],
      ...['--key-name', 'team', '--instance-profile', 'unpacker'],
    );
    expect(results.targets).toMatchObject([
      { changes: [{ status: 'done', value: { instanceId: expect.stringMatching(/^i-/) } }] },
    ]);
    const again = await run('launch-instances', 'base/unpacker', '--instance-name', 'second');
    expect(again.targets).toMatchObject([{ status: 'nothing' }]);
    expect(await states()).toEqual(['ImageUnpacker running', 'second running']);
  });

  it('[W60] replaces an unpacker only if that is agreed to, and says what is lost', async () => {
    const command = ['launch-instances', 'base/unpacker', '--replace-instances'];
    const unasked = await world.run(...command);
    expect(unasked.code).not.toBe(0);
    expect(unasked.stderr).toMatch(
      /would .*terminate i-\w+ \(running\), with the volumes vol-\w+ \(base\/unpacker\)/,
    );
    expect(await states()).toEqual(['ImageUnpacker running', 'second running']);
    await run(...command, '--yes');
    expect(await states()).toEqual(['ImageUnpacker running', 'ImageUnpacker terminated', 'second running']);
  });

  it('stops what is idle and starts it again', async () => {
    await run('stop-idle-unpackers', '--instance-name', 'second', '--max-idle-time', '0s');
    expect(await states()).toContain('second stopped');
    await run('start-instances', '--instance-name', 'second', '--wait', 'unpacker');
    expect(await states()).toContain('second running');
  });

  it('launches what results files name, takes that back, and terminates by name', async () => {
    const file = join(world.directory, 'results.json');
    writeFileSync(file, JSON.stringify(published));
    const { operationId } = await run('launch-instances-for-images', file, '--instance-name', 'smoke');
    expect(await states()).toContain('smoke running');
    await run('operations', 'undo', operationId);
    expect(await states()).toContain('smoke terminated');
    await run('terminate-instances', '--instance-name', 'second', '--yes');
    expect(await states()).toContain('second terminated');
  });
});

const keyFile = async ({ directory }: World): Promise<string> => {
  const file = join(directory, 'team.pub');
  writeFileSync(
    file,
    'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAINTNJ8hwq1xNF8+80UKBGx809yvvEMB5iebdI5Tfy7cr team\n',
  );
  return file;
};
