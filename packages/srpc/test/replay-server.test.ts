import { duplexPair } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { Deadlines, silentLogger, systemClock } from '@ami-publisher/base';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SrpcCaller } from '../src/index.js';
import { CallSlots } from '../src/server/call-slots.js';
import { Session } from '../src/server/session.js';
import { recordedMethods } from './support/recorded-methods.js';
import { inPacketsOf, type Split, whole, withinCharacters } from './support/scripted-peer.js';
import {
  readTranscript,
  type Transcript,
  type Turn,
  transcriptNames,
  turnsOf,
} from './support/transcript.js';

/**
 * Recordings of a server that is worse than ours (it loses calls, takes line feeds for pings, sends errors of any length and of several lines), and of calls that
 * ours does not serve.
 */
const otherwise =
  /^(request-pipelined|request-newline-(512|1536|4096)|request-no-newline-4096|request-syntax|request-type|addimage|addobjects|call-denied|plain-unauth)|multiline|call-refusals|go-claim-device-error|exportimage-unknown-type|exportimage-no-filesystem|adddevice-partition/;

const transcripts = transcriptNames
  .filter((name) => !otherwise.test(name))
  .map(readTranscript)
  .filter(({ events, raw }) => raw === undefined && events.some(({ from }) => from === 'client'))
  .filter(({ events }) => events.some(({ base64 }) => base64 !== undefined));

const powerful: SrpcCaller = { userName: 'admin', groups: [], isGranted: () => true };
const powerless: SrpcCaller = { userName: 'reader', groups: [], isGranted: () => false };

/** Each byte in a packet of its own, but for a line feed behind a request: once the answer is out it is a ping, with Go as well. */
const single: Split = (bytes) =>
  (bytes.toString('latin1').match(/\}\n$|[\s\S]/g) ?? []).map((text) => Buffer.from(text, 'latin1'));

/** Plays a recorded client to a server of ours. @returns what the server said in each turn, beside what the recorded one said */
const play = async (transcript: Transcript, split: Split, caller = powerful) => {
  const [near, far] = duplexPair();
  const session = new Session(
    { stream: near, caller, peer: 'recorded' },
    {
      methods: {
        'ImageUnpacker.Other': { access: 'granted', talk: async () => {} },
        ...recordedMethods(transcript),
      },
      ...{ deadlines: new Deadlines(systemClock), requestTimeoutMs: 5_000 },
      ...{ slots: new CallSlots(8), logger: silentLogger },
    },
  );
  const running = session.run();
  let heard = '';
  far.setEncoding('utf8').on('data', (text: string) => {
    heard += text;
  });
  const said: { readonly ours: string; readonly theirs: string }[] = [];
  for (const { from, bytes } of turnsOf(transcript.events)) {
    if (from === 'client') {
      for (const piece of split(bytes)) {
        far.write(piece);
        await setImmediate();
      }
      continue;
    }
    const theirs = bytes.toString('utf8');
    for (let turns = 0; heard.length < theirs.length && turns < 200; turns += 1) await setImmediate();
    said.push({ ours: heard, theirs });
    heard = '';
  }
  far.end();
  await running;
  return said;
};

const isRequestWithLineFeed = ({ from, bytes }: Turn): boolean =>
  from === 'client' && bytes.toString().endsWith('}\n');

/** Lines, values among them without regard to the order of their fields. */
const linesOf = (text: string): readonly unknown[] =>
  text.split('\n').map((line) => (line.startsWith('{') ? JSON.parse(line) : line));

describe('a server', () => {
  it.each(transcripts)('[S2] answers recorded clients as their daemon did: $name', async (transcript) => {
    for (const { ours, theirs } of await play(transcript, whole))
      expect(linesOf(ours)).toEqual(linesOf(theirs));
  });

  it.each(transcripts)('answers what arrives byte by byte: $name', async (transcript) => {
    for (const { ours, theirs } of await play(transcript, single))
      expect(linesOf(ours)).toEqual(linesOf(theirs));
  });

  it('answers what arrives in packets of any size', async () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 8 });
    // A line feed that arrives behind a request on its own is a ping, with Go as well.
    const plain = transcripts.filter(({ events }) => !turnsOf(events).some(isRequestWithLineFeed));
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...plain), sizes, async (transcript, some) => {
        for (const { ours, theirs } of await play(transcript, inPacketsOf(some)))
          expect(linesOf(ours)).toEqual(linesOf(theirs));
      }),
      { numRuns: 60 },
    );
  });

  it('answers what arrives in packets that split a character', async () => {
    const transcript = readTranscript('request-split');
    expect(turnsOf(transcript.events).flatMap(({ bytes }) => withinCharacters(bytes)).length).toBe(6);
    const said = await play(transcript, withinCharacters);
    expect(said.map(({ ours }) => ours)).toEqual(['\n', 'unknown device ID: v\u00f6l\n']);
  });

  it('[S5] refuses what it does not know in the words of Go, and goes on', async () => {
    const said = await play(readTranscript('call-refusals'), whole);
    const builtIn = said.findIndex(({ theirs }) => theirs.startsWith(': unknown method'));
    expect(said.splice(builtIn, 1).map(({ ours }) => ours)).toEqual(['unknown service: \n']);
    expect(said.map(({ ours }) => ours)).toEqual(said.map(({ theirs }) => theirs));
  });

  it.each(['call-denied', 'call-denied-no-method-powers'])(
    '[S5] refuses what is not granted: %s',
    async (name) => {
      const transcript = readTranscript(name);
      const said = await play(transcript, whole, powerless);
      expect(said.some(({ theirs }) => theirs === 'access to method denied\n')).toBe(true);
      for (const { ours, theirs } of said) expect(linesOf(ours)).toEqual(linesOf(theirs));
    },
  );

  it.each(['request-newline-512', 'request-newline-1536', 'request-newline-4096'])(
    '[S2] takes a line feed behind a request for part of it, where Go takes it for a ping: %s',
    async (name) => {
      const said = await play(readTranscript(name), whole);
      expect(said.map(({ theirs }) => theirs)).not.toEqual(said.map(({ ours }) => ours));
      expect(said[1]?.ours).toMatch(/^unknown device ID: x+\n$/);
      expect(said.at(-1)?.ours).toMatch(/^\n\{"Devices":.*\}\n$/);
    },
  );

  it('[S1] [S3] answers the tool of Go, which asks for another transport first', async () => {
    const said = await play(readTranscript('go-get-status-c2'), whole);
    expect(said[0]).toEqual({ ours: 'unknown service: \n', theirs: 'unknown service: \n' });
    expect(said.at(-1)?.ours).toMatch(/^\n\{"Devices":\{"vol-0b2":/);
  });

  it('[S4] takes call lines that end in a carriage return as well', async () => {
    const said = await play(readTranscript('getstatus-crlf'), whole);
    expect(said.map(({ ours }) => ours)).toEqual(said.map(({ theirs }) => theirs));
  });

  it('makes one line of an error of several', async () => {
    const [, failed] = await play(readTranscript('exportimage-multiline-error-sync'), whole);
    expect(failed?.ours).toBe(
      'error exporting: exit status 3: uploading part 1 | upload failed: access denied\n',
    );
  });
});
