import { describe, expect, it } from 'vitest';
import { instanceWorld } from './support/instance-world.js';

const key = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAINTNJ8hwq1xNF8+80UKBGx809yvvEMB5iebdI5Tfy7cr';
const otherKey = key.replace(/y7cr$/, 'y7cs');
const request = { name: 'team', publicKey: `${key} somebody@somewhere\n` };

const world = async () => {
  const made = await instanceWorld();
  const ec2 = await made.cloud.ec2(made.target);
  const pairs = async () => {
    const { KeyPairs = [] } = await made.run(ec2.describeKeyPairs({ IncludePublicKey: true }));
    return KeyPairs.map(({ KeyName, PublicKey }) => [KeyName, PublicKey]);
  };
  const addPair = (name: string, text: string) =>
    made.run(ec2.importKeyPair({ KeyName: name, PublicKeyMaterial: Buffer.from(text) }));
  return { ...made, addPair, pairs };
};

describe('import-key-pair', () => {
  it('[import-key-pair] imports the key once, and takes it back', async () => {
    const { addPair, commands, operations, pairs, run, targets } = await world();
    await addPair('*', otherKey);
    const { ok, operationId } = await run(commands.importKeyPair(targets, request));
    expect(ok).toBe(true);
    expect(await pairs()).toEqual([
      ['*', otherKey],
      ['team', key],
    ]);
    expect(await run(commands.importKeyPair(targets, request))).toMatchObject({
      targets: [{ status: 'nothing' }],
    });
    await run(operations.undo(operationId));
    expect(await pairs()).toEqual([['*', otherKey]]);
  });

  it('[W61] refuses a name that has another key, and does nothing after an error', async () => {
    const { addPair, cloud, commands, pairs, run, targets } = await world();
    await addPair('team', otherKey);
    expect(await run(commands.importKeyPair(targets, request))).toMatchObject({
      ok: false,
      targets: [{ code: 'INVALID_OPTION', message: expect.stringMatching(/another key there.*--replace/) }],
    });
    cloud.model.faults.add({ kind: 'deny', action: 'DescribeKeyPairs' });
    expect(await run(commands.importKeyPair(targets, { ...request, name: 'new' }))).toMatchObject({
      targets: [{ code: 'ACCESS_DENIED' }],
    });
    cloud.model.faults.clear();
    expect(await pairs()).toEqual([['team', otherKey]]);
  });

  it('[W61] replaces another key if asked, and gives it back', async () => {
    const { addPair, commands, operations, pairs, run, targets } = await world();
    await addPair('team', otherKey);
    const { ok, operationId } = await run(commands.importKeyPair(targets, { ...request, replace: true }));
    expect(ok).toBe(true);
    expect(await pairs()).toEqual([['team', key]]);
    expect(await run(operations.undo(operationId))).toMatchObject({ ok: true });
    expect(await pairs()).toEqual([['team', otherKey]]);
  });

  it('finds what it has imported although the answer was lost', async () => {
    const { cloud, commands, operations, pairs, run, targets } = await world();
    cloud.model.faults.add({ action: 'ImportKeyPair', nth: 1, kind: 'lost-answer' });
    const results = await run(commands.importKeyPair(targets, request));
    expect(results.ok || (await run(operations.resume(results.operationId))).ok).toBe(true);
    expect(cloud.model.calls.counts().ImportKeyPair).toBe(1);
    expect(await pairs()).toEqual([['team', key]]);
  });

  it('refuses an empty name', async () => {
    const { commands, run, targets } = await world();
    await expect(run(commands.importKeyPair(targets, { ...request, name: '' }))).rejects.toMatchObject({
      code: 'INVALID_OPTION',
    });
  });
});
