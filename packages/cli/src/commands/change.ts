import { counted, withoutPlace } from '@ami-publisher/base';
import type {
  ChangeOptions,
  ChangeResult,
  OperationPlan,
  OperationResults,
  OperationTargetResult,
  ResolvedTargets,
  Role,
} from '@ami-publisher/core';
import { type Context, createContext } from '../context.js';
import { exitCodes } from '../exit-codes.js';
import { confirm } from '../input/confirm.js';
import { outputOptionsOf, type TableView, writeResult } from '../output/render.js';
import { notice } from '../progress/notice.js';
import { createProgressView } from '../progress/progress.js';

type Options = Readonly<Record<string, unknown>>;

/** What changes an unpacker beyond a publication is for operators. */
export const operatorFirst: readonly Role[] = ['operator', 'publisher'];

/** Resolves the targets, has a command plan and do its work in them, and shows one row per change. */
export const change = (
  options: Options,
  run: (context: Context, targets: ResolvedTargets, options: ChangeOptions) => Promise<OperationResults>,
): Promise<number> =>
  carryOut(options, async (context, how) => run(context, await context.resolveTargets(), how));

/** Has a command that finds its own targets plan and do its work, and shows one row per change. */
export const carryOut = async (
  options: Options,
  run: (context: Context, options: ChangeOptions) => Promise<OperationResults>,
): Promise<number> => {
  const context = await createContext(options, operatorFirst);
  try {
    const view = await createProgressView(options);
    const results = await run(context, {
      dryRun: options.dryRun === true,
      confirm: (plan) => confirm(options, lossesOf(plan)),
      signal: context.signal,
      onEvent: (event) => view.show(event),
    }).finally(() => view.end());
    return await showResults(results, options, context.signal);
  } finally {
    await context.close();
  }
};

/** Shows what became of an operation; returns the exit code. */
export const showResults = async (
  results: OperationResults,
  options: Options,
  signal: AbortSignal,
): Promise<number> => {
  for (const message of results.notices) notice(`note: ${message}`);
  await writeResult(results, resultsView, outputOptionsOf(options));
  if (!results.ok && results.targets.some(({ changes }) => changes.length > 0) && !results.dryRun)
    notice(`finish it:  ami-publisher operations resume ${results.operationId}`);
  if (results.undoable) notice(`undo it:    ami-publisher operations undo ${results.operationId}`);
  if (signal.aborted) return exitCodes.interrupted;
  return results.ok ? exitCodes.success : exitCodes.failure;
};

const lossesOf = ({ targets }: OperationPlan): string[] =>
  targets.flatMap(({ target, changes }) =>
    changes.map(({ text }) => `${text} in ${target.account},${target.region}`),
  );

const resultsView: TableView<OperationResults> = {
  head: ['TARGET', 'STATUS', 'WHAT'],
  sentences: true,
  empty: 'nothing to do',
  rows: ({ targets }) => targets.flatMap(rowsOf),
  footer: ({ targets }) => {
    const idle = targets.filter(({ status }) => status === 'nothing').length;
    return idle === 0 || idle === targets.length ? [] : ['', `nothing to do in ${counted(idle, 'target')}`];
  },
};

const rowsOf = ({ account, region, status, changes, message }: OperationTargetResult): string[][] => {
  const name = `${account},${region}`;
  if (message !== undefined) return [[name, status, withoutPlace(message, name)]];
  return changes.map((result) => [name, result.status, described(result, name)]);
};

const described = ({ text, message, value }: ChangeResult, place: string): string => {
  const more = message === undefined ? noteOf(value) : withoutPlace(message, place);
  return more === undefined ? text : `${text}: ${more}`;
};

/** What a command says of a change for people, if anything. */
const noteOf = (value: ChangeResult['value']): string | undefined => {
  const note = typeof value === 'object' && value !== null && 'note' in value ? value.note : undefined;
  return typeof note === 'string' ? note : undefined;
};
