import { counted, formatTime, parseDuration, withoutPlace } from '@ami-publisher/base';
import { Amis, formatTarget, type ListedImage, type TargetAnswer } from '@ami-publisher/core';
import { createContext } from '../../context.js';
import { exitCodes } from '../../exit-codes.js';
import { tagSearchOf } from '../../input/tag-search.js';
import { outputOptionsOf } from '../../output/render.js';
import { openRowStream, type StreamedView } from '../../output/row-stream.js';
import { notice } from '../../progress/notice.js';
import type { CommandRunner } from '../definition.js';

/** An AMI, or a target that did not answer. */
type Row = { readonly account: string; readonly region: string } & (ListedImage | { readonly error: string });

const rowsOf = (answer: TargetAnswer<readonly ListedImage[]>): Row[] => {
  const { account, region } = answer.target;
  if ('error' in answer) return [{ account, region, error: answer.error.message }];
  return [...answer.value];
};

const idWidth = 'ami-00000000000000000'.length;
const timeWidth = '2026-01-01 00:00:00'.length;

/** @param targetWidth of the longest name of a target */
const viewOf = (targetWidth: number): StreamedView<Row> => ({
  head: ['TARGET', 'AMI', 'STATE', 'CREATED', 'SIZE', 'NAME'],
  widths: [targetWidth, idWidth, 'available'.length, timeWidth, '100 GiB'.length],
  expendable: ['SIZE', 'CREATED', 'STATE'],
  empty: 'no AMIs of that kind in these targets',
  rows: (rows) =>
    rows.map((row) => {
      const target = formatTarget(row);
      if ('error' in row) return [target, '-', '-', '-', '-', withoutPlace(row.error, target)];
      const { imageId, state, createdAt, sizeGiB, name } = row;
      return [target, imageId, state, formatTime(createdAt), `${sizeGiB} GiB`, name];
    }),
});

/** `list-images` */
export const listImages: CommandRunner = async (_positional, options) => {
  const { minAge } = options;
  const search = {
    ...(await tagSearchOf(options)),
    ...(typeof minAge === 'string' && { minAgeMs: parseDuration('minAge', minAge) }),
  };
  // It speaks to AWS only, so it needs no certificates.
  const context = await createContext({ ...options, insecure: true });
  try {
    const resolved = await context.resolveTargets();
    for (const message of resolved.notices) notice(`note: ${message}`);
    const unresolved = resolved.failures.map(({ account, region, error }) => ({
      ...{ account, region, error: error.message },
    }));
    const widths = [...resolved.targets, ...unresolved].map((target) => formatTarget(target).length);
    const stream = openRowStream(viewOf(Math.max(...widths)), outputOptionsOf(options));
    stream.add(unresolved);
    const answers = await new Amis(context.operations).list(resolved, search, {
      signal: context.signal,
      onAnswer: (answer) => stream.add(rowsOf(answer)),
    });
    const rows = [...unresolved, ...answers.flatMap(rowsOf)];
    await stream.end(rows);
    const failed = rows.filter((row) => 'error' in row);
    if (failed.length > 0) notice(`${counted(failed.length, 'target')} did not answer`);
    if (context.signal.aborted) return exitCodes.interrupted;
    return failed.length > 0 ? exitCodes.failure : exitCodes.success;
  } finally {
    await context.close();
  }
};
