import type { OperationResults } from '@ami-publisher/core';
import { expect } from 'vitest';
import type { MotoAccount } from '../support/moto-account.js';

/** Runs a command in two regions, and fails unless it worked in both and moto took every request. */
export const runEverywhere = async (
  { proxy }: MotoAccount,
  run: () => Promise<OperationResults>,
): Promise<OperationResults> => {
  const earlier = proxy.calls.length;
  const results = await run();
  const messages = ({ message, changes }: OperationResults['targets'][number]) =>
    [message, ...changes.map((change) => change.message)].filter((text) => text !== undefined);
  expect(results.targets.flatMap(messages)).toEqual([]);
  expect(results.targets.map(({ status }) => status)).toEqual(['done', 'done']);
  expect(proxy.calls.slice(earlier).filter(({ status }) => status !== 200)).toEqual([]);
  return results;
};
