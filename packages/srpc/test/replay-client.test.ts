import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { replay } from './support/replay.js';
import { type Split, single, whole } from './support/scripted-peer.js';
import { readTranscript, transcriptNames } from './support/transcript.js';

/** Recordings of what a client of ours does not do, and of other clients; they are played to the server. */
const notOurs =
  /^(go-|http-|request-newline|request-pipelined|request-with-call-line|request-syntax|addobjects|getstatus-crlf|exportimage-multiline-error-naive|adddevice-waits)/;

const transcripts = transcriptNames
  .filter((name) => !notOurs.test(name))
  .map(readTranscript)
  .filter(({ events }) => events.some(({ from, base64 }) => from === 'client' && base64 !== undefined));

/** Every kind of value as text, in a fixed order. */
const shown = (outcomes: unknown): string =>
  `${JSON.stringify(outcomes, (_key, value) => (typeof value === 'bigint' ? `${value}n` : value), 1)}\n`;

const file = (name: string): string => join(import.meta.dirname, 'outcomes', `${name}.json`);

describe('recorded daemons', () => {
  it.each(transcripts)('are understood: $name', async (transcript) => {
    await expect(shown(await replay(transcript, whole))).toMatchFileSnapshot(file(transcript.name));
  });

  it.each(transcripts.filter(({ raw }) => raw === undefined))(
    '[C7] are understood byte by byte: $name',
    async (transcript) => {
      await expect(shown(await replay(transcript, single))).toMatchFileSnapshot(file(transcript.name));
    },
  );

  it('[C8] are understood in packets of any size', async () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...transcripts), sizes, async (transcript, some) => {
        const scale = transcript.raw === undefined ? 1 : 10_000;
        const outcomes = await replay(transcript, inPacketsOf(some.map((size) => size * scale)));
        expect(outcomes).toEqual(await replay(transcript, whole));
      }),
      { numRuns: 60 },
    );
  });
});

/** Packets of these sizes, over and over. */
const inPacketsOf =
  (sizes: readonly number[]): Split =>
  (bytes) => {
    const packets: Buffer[] = [];
    for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
      const size = sizes[turn % sizes.length] ?? 1;
      packets.push(bytes.subarray(at, at + size));
      at += size;
    }
    return packets;
  };
