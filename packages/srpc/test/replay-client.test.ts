import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { replay } from './support/replay.js';
import { inPacketsOf, single, whole, withinCharacters } from './support/scripted-peer.js';
import { readTranscript, type Transcript, transcriptNames, turnsOf } from './support/transcript.js';

/** Recordings of what a client of ours does not do, and of other clients; they are played to the server. */
const notOurs =
  /^(go-|http-|request-newline|request-pipelined|request-with-call-line|request-syntax|addobjects|getstatus-crlf|exportimage-multiline-error-naive)/;

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

  it('are understood if their packets split a character', async () => {
    const transcript = readTranscript('request-split');
    const [, answer] = turnsOf(transcript.events).filter(({ from }) => from === 'server');
    expect(withinCharacters(answer?.bytes ?? Buffer.alloc(0))).toHaveLength(2);
    const outcomes = await replay(transcript, withinCharacters);
    expect(outcomes).toEqual(await replay(transcript, whole));
    expect(outcomes).toMatchObject([{ text: expect.stringMatching(/unknown device ID: v\u00f6l$/) }]);
  });

  it('that hang up anywhere fail the calls that they have not answered, and no others', async () => {
    const short = fc.constantFrom(...transcripts.filter(({ raw }) => raw === undefined));
    const share = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    await fc.assert(
      fc.asyncProperty(short, share, async (transcript, part) => {
        const complete = await replay(transcript, whole);
        const outcomes = await replay(transcript, whole, Math.floor(part * spokenBytes(transcript)));
        const different = outcomes.findIndex((outcome, at) => shown(outcome) !== shown(complete[at]));
        const unanswered = different === -1 ? [] : outcomes.slice(different);
        for (const outcome of unanswered) expect(shown(outcome)).toMatch(cutOff);
      }),
      { numRuns: 100 },
    );
  });
});

/** What calls end with over a connection that was lost, or that they did not begin on. */
const cutOff = /"(UNPACKER|IMAGE_SERVER)_UNREACHABLE"|the connection was closed/;

const spokenBytes = ({ events }: Transcript): number =>
  turnsOf(events).reduce((sum, { from, bytes }) => (from === 'server' ? sum + bytes.length : sum), 0);
