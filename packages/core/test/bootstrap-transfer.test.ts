import { describe, expect, it } from 'vitest';
import { createBootstrapWorld, everybody, told } from './support/bootstrap-world.js';

describe('a snapshot that cannot be shared', () => {
  const world = async (kmsKey: 'default' | 'private') => {
    const made = await createBootstrapWorld();
    const home = made.place('development', 'us-east-1');
    const { snapshotId } = await made.publish(home, { kmsKey });
    made.model.addKmsKey(home, 'alias/transfer', everybody);
    /** Of each target, how many snapshots it has. */
    const counts = async () =>
      Promise.all(made.targets.targets.map(async (target) => (await made.snapshots(target)).length));
    return { ...made, counts, home, snapshotId };
  };
  const request = { transferKey: 'alias/transfer' };

  it.each(['default', 'private'] as const)(
    'is copied by way of one under another key, which goes then (%s)',
    async (kmsKey) => {
      const { copy, counts, home, model, sharedWith, snapshotId } = await world(kmsKey);
      const plan = told(await copy(request, { dryRun: true }));
      expect(plan['staging,eu-west-1']).toMatch(
        /, with a copy of snap-\w+ under arn:aws:kms:us-east-1:\d{12}:key\/\S+ shared with \d{12} until it is copied$/,
      );
      expect(plan['development,eu-west-1']).not.toContain('shared');
      expect((await copy(request)).ok).toBe(true);
      expect(await counts()).toEqual([1, 1, 1, 1, 1, 1]);
      expect(await sharedWith(home, snapshotId)).toEqual([]);
      expect(model.calls.count('CopySnapshot')).toBe(1 + 5);
    },
  );

  it('leaves nothing at its source when it is cut short; a resume finishes it, an undo takes it back', async () => {
    const { clock, copied, copy, counts, newOperations, place, run } = await world('default');
    for (const ms of [20_000, 90_000]) {
      const cancel = new AbortController();
      const [{ operationId }] = await Promise.all([
        copy(request, { signal: cancel.signal }),
        clock.sleep(ms).then(() => cancel.abort()),
      ]);
      const [, , atSource] = await counts();
      expect(atSource).toBe(1);
      expect((await run(newOperations().resume(operationId))).ok).toBe(true);
      expect(await counts()).toEqual([1, 1, 1, 1, 1, 1]);
      await run(newOperations().undo(operationId));
      expect(await counts()).toEqual([0, 0, 1, 0, 0, 0]);
    }
    expect(await copied(place('staging', 'us-east-1'))).toBeUndefined();
  });

  it('leaves nothing at its source if the answer about the copy there is lost, and the work ended', async () => {
    const { clock, copy, counts, model, targets } = await world('default');
    const { region, accountId: account } = targets.targets[2]!;
    model.faults.add({ kind: 'delayed-effect', action: 'CopySnapshot', region, account, delayMs: 20_000 });
    const cancel = new AbortController();
    await Promise.all([
      copy(request, { signal: cancel.signal }),
      clock.sleep(5_000).then(() => cancel.abort()),
    ]);
    await clock.advance(60_000);
    expect((await counts())[2]).toBe(1);
  });

  it('is not copied once more at its source if only the AMI is missing', async () => {
    const { copy, counts, model, newOperations, run } = await world('default');
    model.faults.add({ kind: 'deny', action: 'RegisterImage' });
    const { operationId, ok } = await copy(request);
    expect(ok).toBe(false);
    model.faults.clear();
    model.calls.clear();
    expect((await run(newOperations().resume(operationId))).ok).toBe(true);
    expect(model.calls.count('CopySnapshot')).toBe(0);
    expect(await counts()).toEqual([1, 1, 1, 1, 1, 1]);
  });

  it('is told with what is wrong with the other key', async () => {
    const { copy, home, model } = await world('default');
    const messageFor = async (transferKey: string) => told(await copy({ transferKey }))['staging,eu-west-1'];
    expect(await messageFor('alias/none')).toContain('--transfer-key is alias/none, which is not there');
    expect(await messageFor('alias/aws/ebs')).toContain(
      'an AWS managed key, which no other account can use;',
    );
    model.addKmsKey(home, 'alias/own');
    expect(await messageFor('alias/own')).toContain('--transfer-key is alias/own, which account');
    model.kmsKey(home, 'alias/own')!.enabled = false;
    expect(await messageFor('alias/own')).toContain('--transfer-key is alias/own, which is Disabled');
  });
});
