import { type OperationResults, parseResultsFile } from '@ami-publisher/core';
import type { PolicyDocument } from '@ami-publisher/sandbox';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { identities, pagePolicies } from '../support/iam-page.js';
import { createWorld, type World } from '../support/world.js';

const region = 'us-east-1';
const stream = 'base/debian';

let world: World;
let owner: { accountId: string; region: string };
let otherId: string;
let imageId: string;
let key: string;

beforeAll(async () => {
  world = await createWorld({
    accounts: 2,
    regions: [region],
    // The first account is used by its keys, the second one by its role.
    policies: {
      [identities.user]: together(pagePolicies.sharing, pagePolicies.publisher, pagePolicies.caller),
      [identities.role]: pagePolicies.consumer,
    },
  });
  const { model, accounts } = world.sandbox;
  owner = { accountId: accounts[0]!.id, region };
  otherId = accounts[1]!.id;
  key = model.addKmsKey(owner);
  imageId = model.addImage({
    ...{ account: owner.accountId, region, name: 'debian-1', kmsKey: key },
    tags: { Name: stream },
  });
});
afterAll(() => world?.close());

const together = (...policies: readonly PolicyDocument[]): PolicyDocument => ({
  Version: '2012-10-17',
  Statement: policies.flatMap(({ Statement }) => Statement),
});

const root = (accountId: string) => ({
  ...{ accountId, arn: `arn:aws:iam::${accountId}:root`, userId: accountId, isSession: false },
});

/** Whether the other account sees the AMI. */
const isSeen = async (): Promise<boolean> => {
  const request = { Owners: [owner.accountId] };
  const { Images = [] } = await world.sandbox.model.ec2(root(otherId), region, 'DescribeImages', request);
  return Images.some((image) => image.ImageId === imageId);
};

const run = async (...words: readonly [string, ...string[]]) => {
  const outcome = await world.run(...words, '--search-tag', `Name=${stream}`, '-t', 'development,*');
  return { ...outcome, results: () => outcome.json<OperationResults>() };
};

describe('sharing on the command line', () => {
  it('says what is to be added to the policy of a key that does not let the other account in, and shares nothing', async () => {
    const refused = await run('share', '--with', otherId);
    expect(refused.code).toBe(1);
    expect(refused.results().targets).toMatchObject([
      {
        code: 'AMI_NOT_SHARABLE',
        message: expect.stringMatching(`${key}, which ${otherId} cannot use; .*"kms:CreateGrant".*--grant`),
      },
    ]);
    expect(await isSeen()).toBe(false);
  });

  it('[W56] shares with a grant, says so before in a dry run, and takes all of it back', async () => {
    const dry = await run('share', '--with', otherId, '--grant', '--dry-run');
    const planned = dry.results().targets.flatMap(({ changes }) => changes.map(({ text }) => text));
    expect(planned).toEqual([
      `let ${otherId} use the key ${key}`,
      expect.stringMatching(`^share ${imageId} \\(debian-1\\) and snap-.* with ${otherId}$`),
    ]);
    expect(await isSeen()).toBe(false);
    const shared = await run('share', '--with', otherId, '--grant');
    expect(shared.code, shared.stderr).toBe(0);
    expect(await isSeen()).toBe(true);
    expect(shared.stderr).toMatch(/undo it: +ami-publisher operations undo op-/);
    const undone = await world.run('operations', 'undo', shared.results().operationId);
    expect(undone.code, undone.stderr).toBe(0);
    expect(await isSeen()).toBe(false);
    expect(world.sandbox.model.kmsKey(owner, key)?.grants.size).toBe(0);
  });

  it('asks before it takes permissions, and takes them', async () => {
    const arn = 'arn:aws:organizations::111111111111:organization/o-abcdefghij';
    expect((await run('share', '--with', `${otherId},${otherId}`, '--grant')).code).toBe(0);
    const refused = await run('unshare', '--from', otherId);
    expect(refused.code).not.toBe(0);
    expect(refused.stderr).toMatch(/--yes/);
    expect((await run('unshare', '--from', `${otherId},${arn}`, '--yes')).code).toBe(0);
    expect(await isSeen()).toBe(false);
  });

  it.each([
    [['share', '--with', 'everybody', '--search-tag', 'a=b'], /`with` to be an account id of 12 digits/],
    [['unshare', 'results.json', '--search-tag', 'a=b'], /either results files or --search-tag/],
  ] as const)('refuses %j', async (words, message) => {
    const outcome = await world.run(...(words as readonly [string, ...string[]]));
    expect(outcome.code).toBe(2);
    expect(outcome.stderr).toMatch(message);
  });

  it('[W56] publishes in one account, and has the other one use its AMI', async () => {
    await world.addImage('base/debian/1');
    world.sandbox.model.kmsKey(owner, key)!.grants.set('images', {
      ...{ id: 'images', name: 'images', grantee: `arn:aws:iam::${otherId}:root` },
      operations: [
        ...['CreateGrant', 'Decrypt', 'DescribeKey', 'GenerateDataKeyWithoutPlaintext', 'ReEncryptFrom'],
      ],
    });
    const outcome = await world.run(
      ...['publish', stream, '1', '--sharing-account', 'development', '--kms-key', key, '--tag', 'team=b'],
    );
    expect(outcome.code, outcome.stderr).toBe(0);
    const { targets } = outcome.json<{ targets: { status: string; imageId: string }[] }>();
    expect(targets.map(({ status }) => status)).toEqual(['published', 'shared']);
    const [published, shared] = parseResultsFile(outcome.stdout, 'results').resources;
    expect(shared).toMatchObject({ sharedFrom: 'development', imageId: published?.imageId });
    const request = { ImageIds: [shared?.imageId ?? ''] };
    const { Images } = await world.sandbox.model.ec2(root(otherId), region, 'DescribeImages', request);
    expect(Images?.[0]?.Tags).toContainEqual({ Key: 'team', Value: 'b' });
  });

  it('needs all of what docs/iam.md says for it, and nothing else', () => {
    const { model } = world.sandbox;
    const sids = [pagePolicies.sharing, pagePolicies.consumer].flatMap(({ Statement }) =>
      [Statement].flat().map(({ Sid }) => Sid),
    );
    expect(model.iam.unused().filter(({ statement }) => sids.includes(statement))).toEqual([]);
    const refusals = model.calls
      .list()
      .filter(({ error }) => /^(UnauthorizedOperation|AccessDenied)/.test(error ?? ''));
    expect(refusals).toEqual([]);
  });
});
