import { randomUUID } from 'node:crypto';
import { formatTarget, type TargetAnswer, type UnpackerListing } from '@ami-publisher/core';
import { type Context, createContext } from '../context.js';
import { exitCodes } from '../exit-codes.js';
import { outputOptionsOf, type TableView, writeResult } from '../output/render.js';
import type { CommandRunner } from './definition.js';

/** One row per thing found, and one per target that failed. */
type Row<T> = { readonly account: string; readonly region: string } & (T | { readonly error: string });

const rowsOf = <T, U extends object>(
  answers: readonly TargetAnswer<T>[],
  expand: (value: T) => readonly U[],
): Row<U>[] =>
  answers.flatMap((answer): Row<U>[] => {
    const { account, region } = answer.target;
    if ('error' in answer) return [{ account, region, error: answer.error.message }];
    return expand(answer.value).map((value) => ({ account, region, ...value }));
  });

const view = <U extends object>(
  head: readonly string[],
  columns: (row: U) => readonly string[],
): TableView<readonly Row<U>[]> => ({
  head: ['TARGET', ...head, 'ERROR'],
  rows: (rows) =>
    rows.map((row) => {
      const name = formatTarget(row);
      return 'error' in row && !('instanceId' in row)
        ? [name, ...head.map(() => '-'), String(row.error)]
        : [name, ...columns(row as U), 'error' in row ? String(row.error) : ''];
    }),
});

const answer = async <T, U extends object>(
  options: Record<string, unknown>,
  table: TableView<readonly Row<U>[]>,
  ask: (
    context: Context,
    targets: Awaited<ReturnType<Context['resolveTargets']>>['targets'],
  ) => Promise<TargetAnswer<T>[]>,
  expand: (value: T) => readonly U[],
): Promise<number> => {
  const context = await createContext(options);
  try {
    const { targets, failures } = await context.resolveTargets();
    const unresolved = failures.map(({ account, region, error }) => ({
      account,
      region,
      error: error.message,
    }));
    const rows = [...unresolved, ...rowsOf(await ask(context, targets), expand)];
    await writeResult(rows, table, outputOptionsOf(options));
    return rows.some((row) => 'error' in row) ? exitCodes.failure : exitCodes.success;
  } finally {
    context.close();
  }
};

const unpackerRow = ({ status, error, ...listing }: UnpackerListing) => ({
  ...listing,
  ...(status && {
    version: status.version,
    lastUsedAt: status.lastUsedAt.toISOString(),
    streams: status.streams.map(({ name, state, leaf, deviceId }) => ({
      name,
      state,
      leaf,
      volumeId: deviceId,
    })),
  }),
  ...(error && { error: error.message }),
});

/** `list-unpackers` */
export const listUnpackers: CommandRunner = (_positional, options) =>
  answer(
    options,
    view<ReturnType<typeof unpackerRow>>(['INSTANCE', 'STATE', 'ADDRESS', 'LAST USED', 'STREAMS'], (row) => [
      row.instanceId,
      row.state,
      row.privateIp ?? '-',
      row.lastUsedAt ?? '-',
      row.streams
        ?.map(({ name, state, leaf }) => `${name} (${state.toLowerCase()}${leaf && `: ${leaf}`})`)
        .join(', ') || '-',
    ]),
    (context, targets) => context.fleet.list(targets, { signal: context.signal }),
    (listings) => listings.map(unpackerRow),
  );

/** `list-streams` */
export const listStreams: CommandRunner = (_positional, options) =>
  answer(
    { ...options, insecure: true },
    view<{ stream: string; volumeId: string; leaf: string; generation: number; sizeGiB: number }>(
      ['STREAM', 'VOLUME', 'LEAF', 'SIZE'],
      (row) => [row.stream, row.volumeId, row.leaf || '-', `${row.sizeGiB} GiB`],
    ),
    (context, targets) => context.fleet.streams(targets, { signal: context.signal }),
    (streams) => streams,
  );

/** `prepare-unpackers [STREAM]` */
export const prepareUnpackers: CommandRunner = ([stream], options) =>
  answer(
    options,
    view<{ instanceId: string; scanned: boolean }>(['INSTANCE', 'SCANNED'], (row) => [
      row.instanceId,
      row.scanned ? 'yes' : 'no',
    ]),
    (context, targets) =>
      context.fleet.prepare(targets, {
        stream,
        publicationId: `prepare-${randomUUID()}`,
        signal: context.signal,
      }),
    (prepared) => [prepared],
  );
