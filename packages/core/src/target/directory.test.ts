import { AmiPublisherError } from '@ami-publisher/base';
import { describe, expect, it } from 'vitest';
import { type DirectoryOptions, findTargets } from './directory.js';
import { parseTargetSelectors } from './selector.js';
import { formatTarget } from './target.js';

const accountIds: Readonly<Record<string, string>> = {
  dev: '111111111111',
  prod: '222222222222',
  alias: '222222222222',
};

const find = async (selection: string, skip = '', overrides: Partial<DirectoryOptions> = {}) =>
  findTargets({
    accounts: Object.keys(accountIds),
    selectors: await parseTargetSelectors(selection),
    skip: await parseTargetSelectors(skip),
    describeAccount: async (account) => ({
      accountId: accountIds[account] ?? '',
      enabledRegions: ['eu-west-1', 'us-east-1'],
    }),
    ...overrides,
  });

describe('finding targets', () => {
  it('[W7] takes all regions of all accounts for an empty list, and each account id once', async () => {
    const { targets, notices } = await find('');
    expect(targets.map(formatTarget)).toEqual([
      'dev,eu-west-1',
      'dev,us-east-1',
      'prod,eu-west-1',
      'prod,us-east-1',
    ]);
    expect(notices[0]).toMatch(/alias and prod are the same account 222222222222/);
  });

  it('[W70] tells targets in order of account and region, whatever order they come in', async () => {
    const { targets } = await find('', '', {
      accounts: ['prod', 'dev'],
      describeAccount: async (account) => ({
        accountId: accountIds[account] ?? '',
        enabledRegions: ['us-east-1', 'eu-west-1'],
      }),
    });
    expect(targets.map(formatTarget)).toEqual([
      'dev,eu-west-1',
      'dev,us-east-1',
      'prod,eu-west-1',
      'prod,us-east-1',
    ]);
  });

  it('asks only the accounts that are named', async () => {
    const asked: string[] = [];
    const describeAccount = async (account: string) => {
      asked.push(account);
      return { accountId: '111111111111', enabledRegions: ['eu-west-1'] };
    };
    await find('dev,*', '', { describeAccount });
    expect(asked).toEqual(['dev']);
  });

  it('[W1] fails the targets of a broken account and no others', async () => {
    const describeAccount = async (account: string) => {
      if (account === 'dev') throw new AmiPublisherError('CREDENTIALS_EXPIRED', { message: 'expired' });
      return { accountId: '222222222222', enabledRegions: ['eu-west-1'] };
    };
    const { targets, failures } = await find('dev,eu-west-1;dev,us-east-1;prod,*', '', { describeAccount });
    expect(targets.map(formatTarget)).toEqual(['prod,eu-west-1']);
    expect(failures.map(formatTarget)).toEqual(['dev,eu-west-1', 'dev,us-east-1']);
    expect(failures[0]?.error).toMatchObject({ code: 'CREDENTIALS_EXPIRED', target: 'dev,eu-west-1' });
  });

  it('[W12] reports a region that is not enabled, with those that are', async () => {
    const { targets, failures } = await find('dev,us-esat-1;dev,eu-west-1');
    expect(targets.map(formatTarget)).toEqual(['dev,eu-west-1']);
    expect(failures[0]?.error).toMatchObject({
      code: 'REGION_NOT_ENABLED',
      message: expect.stringContaining(
        'us-esat-1 does not exist or is not enabled for the account (enabled: eu-west-1, us-east-1)',
      ),
    });
  });

  it('[W13] leaves out accounts, regions and targets that are skipped, and names skips that match nothing', async () => {
    const { targets, notices } = await find('', 'alias,*;prod,*;*,us-east-1;nobody,eu-west-1');
    expect(targets.map(formatTarget)).toEqual(['dev,eu-west-1']);
    expect(notices).toEqual(['the skip entry nobody,eu-west-1 matches nothing']);
  });

  it('does not ask an account that is skipped as a whole', async () => {
    const describeAccount = async (account: string) => {
      expect(account).not.toBe('prod');
      return { accountId: accountIds[account] ?? '', enabledRegions: ['eu-west-1'] };
    };
    await expect(find('dev,*;prod,*', 'prod,*', { describeAccount })).resolves.toMatchObject({
      failures: [],
    });
  });

  it('refuses an account that does not exist, and names those that do', async () => {
    await expect(find('prd,us-east-1')).rejects.toMatchObject({
      code: 'UNKNOWN_ACCOUNT',
      message: expect.stringContaining('no account is called "prd"; known: dev, prod, alias'),
    });
  });

  it('[W11] refuses a selection that leaves nothing', async () => {
    await expect(find('dev,*', 'dev,*')).rejects.toMatchObject({ code: 'NO_TARGETS' });
  });
});
