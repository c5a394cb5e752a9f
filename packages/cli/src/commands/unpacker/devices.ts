import type { UnpackerOperator, UnpackerStatus } from '@ami-publisher/core';
import { exitCodes } from '../../exit-codes.js';
import { confirm } from '../../input/confirm.js';
import { outputOptionsOf, type TableView, writeResult } from '../../output/render.js';
import type { CommandRunner } from '../definition.js';
import { lossesOfAssociate, lossesOfClaim, lossesOfForget, lossesOfRemove } from './losses.js';
import { answersTo, type Options, operate, type RowView } from './operate.js';

const doneView: RowView = {
  head: ['STREAM', 'VOLUME', 'DONE'],
  columns: ({ stream, volumeId, done }) => [String(stream ?? '-'), String(volumeId ?? '-'), String(done)],
};

interface Change {
  readonly doing: string;
  readonly stream?: string;
  readonly volumeId?: string;
  /** In the past tense: `added`. */
  readonly done: string;
  readonly run: (operator: UnpackerOperator) => Promise<void>;
}

const change = (options: Options, { doing, stream, volumeId, done, run }: Change): Promise<number> =>
  operate(options, {
    doing,
    stream,
    isSingle: volumeId !== undefined,
    view: doneView,
    run: async (operator) => {
      await run(operator);
      return [{ ...(stream && { stream }), ...(volumeId && { volumeId }), done }];
    },
  });

const lossesView: TableView<readonly { readonly would: string }[]> = {
  head: ['WOULD'],
  rows: (losses) => losses.map(({ would }) => [would]),
  empty: 'nothing would be lost',
};

/** Says what would be lost and does it only if somebody agrees. */
const destroy = async (
  options: Options,
  asked: Change,
  lossesOf: (status: UnpackerStatus) => readonly string[],
): Promise<number> => {
  const answers = await answersTo(options, {
    ...{ doing: 'Looking what is there', stream: asked.stream, isSingle: asked.volumeId !== undefined },
    run: async (operator) => lossesOf(await operator.status()),
  });
  const losses = answers.flatMap((answer) => {
    if ('error' in answer) throw answer.error;
    return answer.value.map((loss) => ({ ...answer.place, would: loss }));
  });
  if (options.dryRun === true) {
    await writeResult(losses, lossesView, outputOptionsOf(options));
    return exitCodes.success;
  }
  if (losses.length > 0)
    await confirm(
      options,
      losses.map(({ would }) => would),
    );
  return change(options, asked);
};

const keysOf = ({ kmsKey }: Options): readonly string[] => (Array.isArray(kmsKey) ? kmsKey.map(String) : []);

/** `unpacker add-device STREAM VOLUME` */
export const addDevice: CommandRunner = ([stream = '', volumeId = ''], options) => {
  const hint = typeof options.hint === 'string' ? options.hint : undefined;
  return change(options, {
    ...{ doing: `Waiting for ${volumeId}`, stream, volumeId, done: 'added' },
    run: (operator) =>
      operator.addDevice(
        stream,
        { id: volumeId, kmsKeys: keysOf(options), hint },
        { createStream: options.newStream === true },
      ),
  });
};

/** `unpacker claim-device VOLUME` */
export const claimDevice: CommandRunner = ([volumeId = ''], options) => {
  const force = options.force === true;
  const asked: Change = {
    ...{ doing: `Claiming ${volumeId}`, volumeId, done: 'claimed' },
    run: (operator) => operator.claimDevice(volumeId, { force }),
  };
  return destroy(options, asked, () => (force ? lossesOfClaim(volumeId) : []));
};

/** `unpacker associate STREAM VOLUME` */
export const associate: CommandRunner = ([stream = '', volumeId = ''], options) => {
  const asked: Change = {
    ...{ doing: `Giving ${volumeId} to ${stream}`, stream, volumeId, done: 'associated' },
    run: (operator) =>
      operator.associateStream(
        stream,
        { id: volumeId, kmsKeys: keysOf(options) },
        { createStream: options.newStream === true },
      ),
  };
  return destroy(options, asked, (status) => lossesOfAssociate(status, stream, volumeId));
};

/** `unpacker forget-stream STREAM` */
export const forgetStream: CommandRunner = ([stream = ''], options) => {
  const asked: Change = {
    ...{ doing: `Forgetting ${stream}`, stream, done: 'forgotten' },
    run: (operator) => operator.forgetStream(stream, { force: options.force === true }),
  };
  return destroy(options, asked, (status) => lossesOfForget(status, stream));
};

/** `unpacker remove-device VOLUME` */
export const removeDevice: CommandRunner = ([volumeId = ''], options) => {
  const asked: Change = {
    ...{ doing: `Removing ${volumeId}`, volumeId, done: 'removed' },
    run: (operator) => operator.removeDevice(volumeId, { force: options.force === true }),
  };
  return destroy(options, asked, (status) => lossesOfRemove(status, volumeId));
};
