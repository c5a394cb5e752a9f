import type { Target } from '../../src/target/target.js';

/** A target of an account called dev. */
export const targetIn = (region: string): Target => ({
  partition: 'aws',
  accountId: '111111111111',
  region,
  account: 'dev',
});
