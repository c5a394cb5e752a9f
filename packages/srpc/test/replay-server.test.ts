import { duplexPair } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { Deadlines, silentLogger, systemClock } from '@ami-publisher/base';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { answering, type SrpcCaller, type SrpcMethod } from '../src/index.js';
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
const play = async (
  transcript: Transcript,
  split: Split,
  caller = powerful,
  methods: Readonly<Record<string, SrpcMethod>> = recordedMethods(transcript),
) => {
  const [near, far] = duplexPair();
  const session = new Session(
    { stream: near, caller, peer: 'recorded' },
    {
      methods: {
        'ImageUnpacker.Other': { access: 'granted', talk: async () => {} },
        ...methods,
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

/** Services of which the recorded callers may not call anything. */
const notGranted: Readonly<Record<string, SrpcMethod>> = {
  'ImageServer.MakeDirectory': answering('granted', () => ({})),
  'ObjectServer.GetObjects': answering('granted', () => ({})),
};

/** Says a text in one packet. @returns all that a server says to that */
const say = async (
  text: string,
  methods: Readonly<Record<string, SrpcMethod>> = {
    'ImageUnpacker.GetStatus': answering('granted', () => ({})),
  },
) => {
  const from = 'client' as const;
  const events = [
    { from, base64: Buffer.from(text).toString('base64') },
    { from: 'server' as const, base64: Buffer.from('\0'.repeat(99)).toString('base64') },
  ];
  const transcript = { name: 'said', description: '', daemon: '', tls: false, preamble: [], events };
  return (await play(transcript, whole, powerful, methods)).map(({ ours }) => ours).join('');
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

  it.each([
    ['call-denied-imageserver', 'public', { userName: 'reader', groups: [], isGranted: () => false }],
    ['plain-unauthenticated-reads', 'open', { userName: '', groups: [], isGranted: () => false }],
  ] as const)('lets callers without grants call what is for them: %s', async (name, access, caller) => {
    const transcript = readTranscript(name);
    const methods = { ...recordedMethods(transcript), ...notGranted };
    const check = methods['ImageServer.CheckImage'];
    const said = await play(transcript, whole, caller, {
      ...methods,
      'ImageServer.CheckImage': { ...check, access } as SrpcMethod,
    });
    for (const { ours, theirs } of said) expect(linesOf(ours)).toEqual(linesOf(theirs));
    expect(said.some(({ ours }) => ours.includes('ImageExists'))).toBe(true);
  });

  it('answers both of two calls that were sent at once, of which Go loses the second', async () => {
    const transcript = readTranscript('request-pipelined-lost');
    const unknown = answering('granted', (request) => {
      throw new Error(`unknown device ID: ${(request as { DeviceId: string }).DeviceId}`);
    });
    const said = await play(transcript, whole, powerful, { 'ImageUnpacker.RemoveDevice': unknown });
    expect(said.map(({ ours }) => ours).join('')).toBe('\nunknown device ID: q\n\nunknown device ID: r\n\n');
  });

  it.each([' ImageUnpacker.GetStatus \n{}', '\tImageUnpacker.GetStatus\r\n {}'])(
    'takes no notice of space around %j',
    async (text) => expect(await say(text)).toBe('\n\n{}\n'),
  );

  it.each([
    ['imageunpacker.getstatus\n', 'unknown service: imageunpacker\n'],
    ['ImageUnpacker.getStatus\n', 'ImageUnpacker: unknown method: getStatus\n'],
    ['ImageUnpacker.constructor\n', 'ImageUnpacker: unknown method: constructor\n'],
  ])('tells names apart by case: %j', async (text, answer) => expect(await say(text)).toBe(answer));

  it('goes on after a request of another form than the method wants', async () => {
    const strict = answering('granted', (request) => {
      if (typeof (request as { DeviceId: unknown }).DeviceId !== 'string')
        throw new Error('DeviceId: a string');
      return {};
    });
    const methods = { 'ImageUnpacker.RemoveDevice': strict };
    const call = 'ImageUnpacker.RemoveDevice\n';
    expect(await say(`${call}{"DeviceId":17}${call}{"DeviceId":"a"}`, methods)).toBe(
      '\nDeviceId: a string\n\n\n{}\n',
    );
  });

  it.each(['{"DeviceId":}xyz', '[1]', '"a"', '{"a":1]}'])(
    'says what is wrong with a request that is none, and hangs up: %j',
    async (text) => {
      const answer = await say(`ImageUnpacker.GetStatus\n${text}\n\n`);
      expect(answer).toMatch(/^\n(not a JSON value: .+|a request is no JSON object)\n$/);
    },
  );

  it('hangs up when a method breaks off that has no status', async () => {
    const broken: SrpcMethod = {
      access: 'granted',
      talk: async (call) => {
        await call.sendLine('one');
        throw new Error('cannot go on');
      },
    };
    expect(await say('Test.Broken\n\n', { 'Test.Broken': broken })).toBe('\none\n');
  });

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
