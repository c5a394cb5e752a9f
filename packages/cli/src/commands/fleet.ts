import { randomUUID } from 'node:crypto';
import { counted, formatTime, withoutPlace } from '@ami-publisher/base';
import {
  formatTarget,
  type StreamListing,
  type TargetAnswer,
  type UnpackerListing,
} from '@ami-publisher/core';
import { type Context, createContext } from '../context.js';
import { exitCodes } from '../exit-codes.js';
import { outputOptionsOf, type TableView, writeResult } from '../output/render.js';
import { withStatus } from '../progress/status-line.js';
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

interface FleetView<U> {
  readonly head: readonly string[];
  readonly columns: (row: U) => readonly string[];
  /** What else there is to say about a row. @default nothing */
  readonly sentence?: { readonly head: string; readonly text: (row: U) => string };
  readonly expendable?: readonly string[];
  readonly empty: string;
}

const viewOf = <U extends object>(view: FleetView<U>): TableView<readonly Row<U>[]> => ({
  head: ['TARGET', ...view.head, view.sentence?.head ?? 'ERROR'],
  sentences: true,
  expendable: view.expendable ?? [],
  empty: view.empty,
  rows: (rows) =>
    rows.map((row) => {
      const name = formatTarget(row);
      const error = 'error' in row ? withoutPlace(String(row.error), name) : undefined;
      if (error !== undefined && !('instanceId' in row)) return [name, ...view.head.map(() => '-'), error];
      return [name, ...view.columns(row as U), error ?? view.sentence?.text(row as U) ?? ''];
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
    const answers = await withStatus(options, `Asking ${counted(targets.length, 'target')}`, () =>
      ask(context, targets),
    );
    const rows = [...unresolved, ...rowsOf(answers, expand)];
    await writeResult(rows, table, outputOptionsOf(options));
    return rows.some((row) => 'error' in row) ? exitCodes.failure : exitCodes.success;
  } finally {
    await context.close();
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

const unpackersView = viewOf<ReturnType<typeof unpackerRow>>({
  head: ['INSTANCE', 'STATE', 'ADDRESS', 'LAST USED'],
  columns: (row) => [
    row.instanceId,
    row.state,
    row.privateIp ?? '-',
    row.lastUsedAt === undefined ? '-' : formatTime(row.lastUsedAt),
  ],
  sentence: {
    head: 'STREAMS',
    text: ({ streams = [] }) =>
      streams
        .map(({ name, state, leaf }) => `${name} (${state.toLowerCase()}${leaf && `: ${leaf}`})`)
        .join(', '),
  },
  expendable: ['LAST USED', 'ADDRESS'],
  empty: 'no unpacker instances in these targets',
});

/** `list-unpackers` */
export const listUnpackers: CommandRunner = (_positional, options) =>
  answer(
    options,
    unpackersView,
    (context, targets) => context.fleet.list(targets, { signal: context.signal }),
    (listings) => listings.map(unpackerRow),
  );

const streamsView = viewOf<StreamListing>({
  head: ['STREAM', 'VOLUME', 'LEAF', 'SIZE'],
  columns: (row) => [row.stream, row.volumeId, row.leaf || '-', `${row.sizeGiB} GiB`],
  expendable: ['SIZE'],
  empty: 'no stream has a volume in these targets yet',
});

/** `list-streams` */
export const listStreams: CommandRunner = (_positional, options) =>
  answer(
    // It speaks to AWS only, so it needs no certificates.
    { ...options, insecure: true },
    streamsView,
    (context, targets) => context.fleet.streams(targets, { signal: context.signal }),
    (streams) => streams,
  );

const preparedView = viewOf<{ readonly instanceId: string; readonly scanned: boolean }>({
  head: ['INSTANCE', 'SCANNED'],
  columns: (row) => [row.instanceId, row.scanned ? 'yes' : 'no'],
  empty: 'no targets',
});

/** `prepare-unpackers [STREAM]` */
export const prepareUnpackers: CommandRunner = ([stream], options) =>
  answer(
    options,
    preparedView,
    (context, targets) =>
      context.fleet.prepare(targets, {
        stream,
        publicationId: `prepare-${randomUUID()}`,
        signal: context.signal,
      }),
    (prepared) => [prepared],
  );
