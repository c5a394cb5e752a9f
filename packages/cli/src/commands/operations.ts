import { counted, formatTime } from '@ami-publisher/base';
import {
  type ChangeOptions,
  listOperations,
  type OperationPlan,
  type OperationResults,
  type PublicationEvent,
} from '@ami-publisher/core';
import { type Context, createContext, openJournals } from '../context.js';
import { exitCodes } from '../exit-codes.js';
import { outputOptionsOf, type TableView, writeResult } from '../output/render.js';
import { notice } from '../progress/notice.js';
import { createProgressView } from '../progress/progress.js';
import { operatorFirst, showResults } from './change.js';
import type { CommandRunner } from './definition.js';

const listView: TableView<readonly OperationPlan[]> = {
  head: ['OPERATION', 'CREATED', 'COMMAND', 'CHANGES'],
  expendable: ['CREATED'],
  empty: 'there are no journals of operations here yet',
  rows: (all) =>
    all.map(({ operationId, createdAt, command, targets }) => {
      const busy = targets.filter(({ changes }) => changes.length > 0);
      const changes = busy.reduce((sum, one) => sum + one.changes.length, 0);
      const where = counted(busy.length, 'target');
      return [operationId, formatTime(createdAt), command, `${counted(changes, 'change')} in ${where}`];
    }),
};

/** `operations list` */
export const list: CommandRunner = async (_positional, options) => {
  const { found, damaged } = await listOperations(await openJournals(options));
  for (const error of damaged) notice(`warning: ${error.message}`);
  await writeResult(found, listView, outputOptionsOf(options));
  return exitCodes.success;
};

/** `operations resume OPERATION-ID` */
export const resume: CommandRunner = ([operationId = ''], options) =>
  again(options, ({ operations }, how) => operations.resume(operationId, how));

/** `operations undo OPERATION-ID` */
export const undo: CommandRunner = ([operationId = ''], options) =>
  again(options, ({ operations }, how) => operations.undo(operationId, how));

const again = async (
  options: Record<string, unknown>,
  work: (context: Context, how: ChangeOptions) => Promise<OperationResults>,
): Promise<number> => {
  const context = await createContext(options, operatorFirst);
  try {
    const view = await createProgressView(options);
    const how = { signal: context.signal, onEvent: (event: PublicationEvent) => view.show(event) };
    const results = await work(context, how).finally(() => view.end());
    return await showResults(results, options, context.signal);
  } finally {
    await context.close();
  }
};
