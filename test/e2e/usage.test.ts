import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { OperationResults, UsageReport } from '@ami-publisher/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { identities, pagePolicies } from '../support/iam-page.js';
import { createWorld, type World } from '../support/world.js';

const region = 'us-east-1';
const dayMs = 86_400_000;

let world: World;
let place: { account: string; accountId: string; region: string };
let ids: { used: string; young: string; unused: string; shared: string };

beforeAll(async () => {
  world = await createWorld({
    accounts: 2,
    regions: [region],
    // The second account is reached by its role.
    policies: {
      [identities.user]: {
        ...pagePolicies.usage,
        Statement: [pagePolicies.usage.Statement, pagePolicies.caller.Statement].flat(),
      },
      [identities.role]: pagePolicies.usage,
    },
  });
  const { model, accounts } = world.sandbox;
  place = { account: accounts[0]!.id, accountId: accounts[0]!.id, region };
  const image = (name: string, days: number, more: object = {}) =>
    model.addImage({ ...place, name, createdAt: new Date(Date.now() - days * dayMs), ...more });
  const launchPermissions = [{ UserId: accounts[1]!.id }];
  ids = {
    used: image('web-1', 90),
    young: image('web-3', 0.1),
    unused: image('web-0', 200, { tags: { Account: '=1+1' }, launchPermissions }),
    shared: image('web-2', 50, { launchPermissions: [{ UserId: '999999999999' }] }),
  };
  const references = model.references(place);
  references.addLaunchTemplate({ name: 'web', versions: [{ imageId: ids.used }] });
  references.addAutoScalingGroup({
    AutoScalingGroupName: 'web',
    LaunchTemplate: { LaunchTemplateName: 'web' },
  });
  references.putParameter({ name: '/golden', value: ids.used });
});
afterAll(() => world?.close());

const imagesOf = (report: UsageReport) =>
  Object.fromEntries(report.images.map(({ imageId, reasons }) => [imageId, reasons.map(({ kind }) => kind)]));

describe('used and unused AMIs on the command line', () => {
  it('[W37] lists what is used, and by what', async () => {
    const outcome = await world.run('list-used-images');
    expect(outcome.code, outcome.stderr).toBe(0);
    expect(imagesOf(outcome.json())).toEqual({
      [ids.used]: ['auto-scaling-group', 'launch-template', 'parameter'],
      [ids.shared]: ['permission'],
    });
  });

  it('[W87] lists what is not, and writes it as a table', async () => {
    const csv = join(world.directory, 'unused.csv');
    const instances = join(world.directory, 'instances.csv');
    const outcome = await world.run(
      ...['list-unused-images', '--unused-images-csv', csv, '--old-image-instances-csv', instances],
    );
    expect(outcome.code, outcome.stderr).toBe(0);
    expect(imagesOf(outcome.json())).toEqual({ [ids.unused]: [], [ids.young]: ['young'] });
    const [head, row, ...rest] = readFileSync(csv, 'utf8').split('\n');
    expect(head).toBe('Account,Region,AmiId,AmiName,CreationDate,Description,Size,tag:Account');
    expect(row).toMatch(new RegExp(`^development,us-east-1,${ids.unused},web-0,.*,8,'=1\\+1$`));
    expect(rest).toEqual(['']);
    expect(readFileSync(instances, 'utf8')).toBe('Account,Region,AmiId,InstanceId,LaunchTime\n');
  });

  it('[W60] asks before it deletes, and says in a dry run what would go', async () => {
    const refused = await world.run('delete-unused-images');
    expect(refused.code).not.toBe(0);
    expect(refused.stderr).toMatch(/--yes/);
    const dry = await world.run('delete-unused-images', '--dry-run');
    const { targets } = dry.json<OperationResults>();
    expect(targets.flatMap(({ changes }) => changes.map(({ resource }) => resource))).toEqual([ids.unused]);
  });

  it('disables what nothing uses, and gives it back', async () => {
    const state = async () => {
      const { images } = await world.sandbox.model.inventory(place.accountId, region);
      return images.find(({ ImageId }) => ImageId === ids.unused)?.State;
    };
    const outcome = await world.run('delete-unused-images', '--yes', '--after', '2d');
    expect(outcome.code, outcome.stderr).toBe(0);
    const { operationId, targets } = outcome.json<OperationResults>();
    expect(targets.flatMap(({ changes }) => changes)).toMatchObject([
      { resource: ids.unused, status: 'done', value: { outcome: 'retired' } },
    ]);
    expect(await state()).not.toBe('available');
    const undone = await world.run('operations', 'undo', operationId);
    expect(undone.code, undone.stderr).toBe(0);
    expect(await state()).toBe('available');
  });

  it('has AWS report who else uses what nothing here does, and leaves no report', async () => {
    const { model } = world.sandbox;
    const use = { accountId: '999999999999', resourceType: 'ec2:Instance', count: 1 };
    model.references(place).addReportedUse({ imageId: ids.unused, ...use });
    const outcome = await world.run('list-used-images', '--usage-reports', '--report-timeout', '1m');
    expect(outcome.code, outcome.stderr).toBe(0);
    expect(imagesOf(outcome.json())).toMatchObject({ [ids.unused]: ['usage-report'] });
    const made = model.calls.count('CreateImageUsageReport');
    expect(made).toBeGreaterThan(0);
    expect(model.calls.count('DeleteImageUsageReport')).toBe(made);
  });

  it('needs all of what docs/iam.md says for it, and nothing else', () => {
    const { model } = world.sandbox;
    expect(model.iam.unused().filter(({ policy }) => policy === identities.user)).toEqual([]);
    const refusals = model.calls
      .list()
      .filter(({ error }) => /^(UnauthorizedOperation|AccessDenied)/.test(error ?? ''));
    expect(refusals).toEqual([]);
  });
});
