import { hostname, userInfo } from 'node:os';
import { AmiPublisherError, formatBytes, invalidOption, withoutPlace } from '@ami-publisher/base';
import { formatTarget, type StepProgress, UnpackerOperator } from '@ami-publisher/core';
import { clientTls, createContext, interruptSignal } from '../../context.js';
import { exitCodes } from '../../exit-codes.js';
import { outputOptionsOf, type TableView, writeResult } from '../../output/render.js';
import { createStatusLine, type StatusLine } from '../../progress/status-line.js';
import { operatorFirst } from '../change.js';

export type Options = Readonly<Record<string, unknown>>;

/** One thing found or done at an unpacker, or what went wrong there. */
export type Row = Readonly<Record<string, unknown>>;

/** How rows are shown to people. */
export interface RowView {
  readonly head: readonly string[];
  readonly columns: (row: Row) => readonly string[];
}

/** Which unpackers a command is about, and what it does there. */
export interface Job<T> {
  /** What is said while it goes on. */
  readonly doing: string;
  /** The stream that decides which unpacker of a target is the best. @default any */
  readonly stream?: string | undefined;
  /** Whether it is about one volume or file, so that it has one target only. */
  readonly isSingle?: boolean;
  readonly run: (operator: UnpackerOperator) => Promise<T>;
}

/** What came of a job at one unpacker; `place` is what a row of it begins with. */
export type Answer<T> =
  | { readonly place: Row; readonly value: T }
  | { readonly place: Row; readonly error: AmiPublisherError };

/** Does a job at the unpackers that the options name, prints what came of it, and returns the exit code. */
export const operate = async (
  options: Options,
  { view, ...job }: Job<readonly Row[]> & { readonly view: RowView },
): Promise<number> => {
  const answers = await answersTo(options, job);
  const rows = answers.flatMap((answer): readonly Row[] =>
    'error' in answer
      ? [{ ...answer.place, error: answer.error.message }]
      : answer.value.map((row) => ({ ...answer.place, ...row })),
  );
  await writeResult(rows, viewOf(view), outputOptionsOf(options));
  return rows.some((row) => 'error' in row) ? exitCodes.failure : exitCodes.success;
};

/** Does a job at the unpackers that the options name, with its progress on stderr. An unpacker given by its address throws its error. */
export const answersTo = async <T>(options: Options, job: Job<T>): Promise<readonly Answer<T>[]> => {
  const line = createStatusLine(options);
  line.show(job.doing);
  try {
    return typeof options.unpacker === 'string'
      ? [await atAddress(options.unpacker, options, job, line)]
      : await inTargets(options, job, line);
  } finally {
    line.end();
  }
};

const atAddress = async <T>(
  address: string,
  options: Options,
  job: Job<T>,
  line: StatusLine,
): Promise<Answer<T>> => {
  const tls = clientTls(options, operatorFirst);
  const operator = UnpackerOperator.at({ address, tls }, operatorOptions(job, line));
  try {
    return { place: { unpacker: address }, value: await job.run(operator) };
  } finally {
    operator.close();
  }
};

const inTargets = async <T>(
  options: Options,
  job: Job<T>,
  line: StatusLine,
): Promise<readonly Answer<T>[]> => {
  if (typeof options.target !== 'string') throw noPlace();
  const context = await createContext({ ...options, targets: options.target }, operatorFirst);
  try {
    const { targets, failures } = await context.resolveTargets();
    if (job.isSingle && targets.length + failures.length !== 1) {
      throw invalidOption('--target', 'one target for this command', options.target);
    }
    const how = { ...operatorOptions(job, line), stream: job.stream };
    const answers = await context.fleet.operate(targets, how, job.run);
    return [
      ...failures.map(({ account, region, error }) => ({ place: { account, region }, error })),
      ...answers.map(({ target: { account, region }, ...answer }) => ({
        place: { account, region },
        ...answer,
      })),
    ];
  } finally {
    await context.close();
  }
};

const operatorOptions = (job: Job<unknown>, line: StatusLine) => ({
  operator: `${userInfo().username}@${hostname()}`.replaceAll(/[^\x21-\x7e]/g, '-').slice(0, 150),
  signal: interruptSignal(),
  onProgress: (progress: StepProgress) => line.show(`${job.doing}: ${describe(progress)}`),
});

const describe = ({ phase = '', filesDone = 0, filesTotal = 0, ...progress }: StepProgress): string => {
  const { bytesDone = 0, bytesTotal = 0 } = progress;
  const files = filesTotal === 0 ? [] : [`${filesDone} of ${filesTotal} files`];
  const of = bytesTotal === 0 ? '' : ` of ${formatBytes(bytesTotal)}`;
  return [phase, ...files, ...(bytesDone === 0 ? [] : [`${formatBytes(bytesDone)}${of}`])].join(', ');
};

const viewOf = ({ head, columns }: RowView): TableView<readonly Row[]> => ({
  head: ['UNPACKER', ...head, 'ERROR'],
  sentences: true,
  empty: 'nothing there',
  rows: (rows) =>
    rows.map((row) => {
      const place = placeOf(row);
      if ('error' in row) return [place, ...head.map(() => '-'), withoutPlace(String(row.error), place)];
      return [place, ...columns(row), ''];
    }),
});

const placeOf = (row: Row): string =>
  typeof row.unpacker === 'string'
    ? row.unpacker
    : formatTarget({ account: String(row.account), region: String(row.region) });

const noPlace = (): AmiPublisherError =>
  new AmiPublisherError('INVALID_OPTION', {
    message: 'expected `--target` or `--unpacker` to say which unpacker, got neither',
    remedy: 'give --target ACCOUNT,REGION, or --unpacker HOST:PORT',
  });
