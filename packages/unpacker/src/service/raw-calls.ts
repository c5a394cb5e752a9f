import { createHash } from 'node:crypto';
import { AmiPublisherError, Deadlines, invalidOption, throwIfCancelled } from '@ami-publisher/base';
import { checkedClaim, type StreamClaim } from '../names.js';
import { type Block, type ByteRange, readBlocks, zeros } from '../raw/read-blocks.js';
import { rawVolumeOf } from '../tasks/raw-volume.js';
import type { Unpacker } from '../unpacker.js';
import type { UnpackerCalls } from './messages.js';

/** A reader that takes nothing for this long must not keep the stream from work. */
const stallMs = 60_000;

interface RawChunk {
  readonly offset: number;
  readonly data?: Buffer;
  readonly sha512?: string;
}

/** Reading volumes out; `shutDown` ends what is under way. */
export const rawCalls = (unpacker: Unpacker, shutDown: AbortSignal): Pick<UnpackerCalls, 'GetRaw'> => {
  const deadlines = new Deadlines(unpacker.clock);
  return {
    GetRaw: (request, { signal }) => {
      const claim = checkedClaim(request.lease);
      const asked = {
        offset: wholeNumber('offset', request.offset),
        length: wholeNumber('length', request.length),
      };
      return new RawTransfer(unpacker, deadlines, claim, asked).chunks(AbortSignal.any([signal, shutDown]));
    },
  };
};

/** One volume on its way to one reader. */
class RawTransfer {
  readonly #unpacker: Unpacker;
  readonly #deadlines: Deadlines;
  readonly #claim: StreamClaim;
  readonly #asked: ByteRange;
  readonly #stalled = new AbortController();

  constructor(unpacker: Unpacker, deadlines: Deadlines, claim: StreamClaim, asked: ByteRange) {
    this.#unpacker = unpacker;
    this.#deadlines = deadlines;
    this.#claim = claim;
    this.#asked = asked;
  }

  /** The stream's turn ends with the transfer, and at once when the reader leaves or stalls, even while a chunk waits to be taken. */
  async *chunks(gone: AbortSignal): AsyncGenerator<RawChunk, void> {
    const endTurn = await this.#unpacker.holdTurn(this.#claim, gone);
    const signal = AbortSignal.any([gone, this.#stalled.signal]);
    let blocks: AsyncGenerator<Block, void> | undefined;
    let ending: Promise<void> | undefined;
    const end = (): Promise<void> => {
      ending ??= (async () => {
        signal.removeEventListener('abort', end);
        await blocks?.return();
        this.#unpacker.markTransfer(this.#claim.stream, false);
        endTurn();
      })();
      return ending;
    };
    this.#unpacker.markTransfer(this.#claim.stream, true);
    try {
      const volume = await rawVolumeOf(this.#unpacker, this.#claim.stream, signal);
      const range = rangeWithin(volume.sizeBytes, this.#asked);
      throwIfCancelled(signal);
      blocks = readBlocks(volume.path, range);
      // Not before: the driver must have let go of the volume when the turn ends.
      signal.addEventListener('abort', end);
      yield* this.#sent(blocks, range, signal);
    } finally {
      await end();
    }
  }

  async *#sent(
    blocks: AsyncIterable<Block>,
    { offset, length }: ByteRange,
    signal: AbortSignal,
  ): AsyncGenerator<RawChunk, void> {
    const hash = createHash('sha512');
    for await (const block of blocks) {
      throwIfCancelled(signal);
      hash.update(block.data ?? zeros.subarray(0, block.length));
      if (block.data === undefined) continue;
      const callOff = this.#deadlines.set(stallMs, () => this.#stalled.abort(stalled(this.#claim.stream)));
      try {
        yield { offset: block.offset, data: block.data };
      } finally {
        callOff();
      }
    }
    throwIfCancelled(signal);
    yield { offset: offset + length, sha512: hash.digest('hex') };
  }
}

const wholeNumber = (field: string, value: string): number => {
  const number = Number(value);
  if (Number.isSafeInteger(number)) return number;
  throw invalidOption(field, 'a number of bytes below 2^53', value);
};

/** @throws `INVALID_OPTION` unless the range lies within the volume. */
const rangeWithin = (sizeBytes: number, { offset, length }: ByteRange): ByteRange => {
  if (offset > sizeBytes) throw invalidOption('offset', `within the volume of ${sizeBytes} bytes`, offset);
  const left = sizeBytes - offset;
  if (length > left) throw invalidOption('length', `at most ${left}, to the end of the volume`, length);
  return { offset, length: length === 0 ? left : length };
};

const stalled = (stream: string): AmiPublisherError =>
  new AmiPublisherError('TIMED_OUT', {
    message: `the reader of stream ${stream} took nothing for ${stallMs / 1_000} s`,
    resource: stream,
    remedy: 'ask for the rest with an offset',
  });
