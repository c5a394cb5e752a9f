import { expect, it } from 'vitest';
import type { Target } from '../target/target.js';
import { unusableKeyError } from './key-remedy.js';

const target: Target = {
  partition: 'aws',
  accountId: '111111111111',
  account: 'dev',
  region: 'us-east-1',
};

it.each([
  ['Disabled', 'enable the key'],
  ['PendingDeletion', 'cancel the deletion of the key, and enable it'],
  ['PendingImport', 'import the material of the key'],
  ['Unavailable', 'connect the custom key store of the key'],
  ['Updating', 'wait until the key is Enabled'],
])('a key that is %s has the remedy: %s', (state, remedy) => {
  const arn = 'arn:aws:kms:us-east-1:111111111111:key/1';
  const key = { arn, accountId: target.accountId, isAwsManaged: false, state, policy: '{}', grants: [] };
  const grantee = { kind: 'account', id: '222222222222', organization: null, unit: null } as const;
  const error = unusableKeyError('snap-1', key, grantee, target, '');
  expect(error).toMatchObject({
    message: expect.stringContaining(`snap-1 is encrypted with ${arn}, which is ${state}`),
    remedy,
  });
});
