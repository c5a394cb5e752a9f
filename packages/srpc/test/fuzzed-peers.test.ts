import { duplexPair } from 'node:stream';
import { Deadlines, isAmiPublisherError, systemClock } from '@ami-publisher/base';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fuzzRuns, fuzzTimeoutMs } from '../../image/test/support/fuzz.js';
import { SrpcConnection } from '../src/client/connection.js';
import { SrpcImageServer } from '../src/client/image-server.js';
import { SrpcObjectServer } from '../src/client/object-server.js';
import { daemonKinds } from '../src/client/site.js';
import { SrpcUnpacker } from '../src/client/unpacker.js';
import { callsOver } from './support/replay.js';

const options = { timeoutMs: 25 };

/** Calls of each kind. */
const calls = {
  status: (connection: SrpcConnection) => new SrpcUnpacker(callsOver(connection)).status(options),
  add: (connection: SrpcConnection) =>
    new SrpcUnpacker(callsOver(connection)).addDevice('v', async () => {}, options),
  raw: (connection: SrpcConnection) => new SrpcUnpacker(callsOver(connection)).getRaw('s', () => {}, options),
  names: (connection: SrpcConnection) => new SrpcImageServer(callsOver(connection)).images(options),
  folders: (connection: SrpcConnection) => new SrpcImageServer(callsOver(connection)).directories(options),
  tree: (connection: SrpcConnection) =>
    new SrpcImageServer(callsOver(connection)).tree('a/b', () => {}, options),
  objects: (connection: SrpcConnection) =>
    new SrpcObjectServer(callsOver(connection)).getObjects(['0'.repeat(128)], () => {}, options),
} as const;

/** What a peer may say: what it should, in any order, damaged, cut short, with error texts in between. */
const words = fc.constantFrom(
  ...['\n', '\n\n', 'unknown stream\n', 'error: exit status 1:\nsecond line\n\n', 'a/b\n', '\r\n'],
  ...[
    '{"Devices":{},"ImageStreams":null,"TimeSinceLastUsed":0}\n',
    '{"Error":"","Size":3}\nabc',
    '{"Error":"","Size":1e300}\n',
  ],
  ...[
    '{"Image":null}\n',
    '{"Image":{"FileSystem":{"InodeTable":{"1":{"Hash":7}}}}}\n',
    '{"Name":""}\n',
    '{"Name":"x"',
  ],
  ...[
    '{"ResponseString":"","ObjectSizes":[2]}\nab',
    '{"ResponseString":"","ObjectSizes":[]}\n',
    '{"ObjectSizes":null}\n',
  ],
);
const noise = fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes).toString('latin1'));
const answers = fc.array(fc.oneof({ weight: 4, arbitrary: words }, { weight: 1, arbitrary: noise }), {
  maxLength: 6,
});

/** Answers each thing it hears with the next of the answers; in the end it falls silent or hangs up. */
const badPeer = (said: readonly string[], hangsUp: boolean): SrpcConnection => {
  const [near, far] = duplexPair();
  const left = [...said];
  far.on('error', () => {});
  far.on('data', () => {
    const next = left.shift();
    if (next !== undefined) far.write(Buffer.from(next, 'latin1'));
    else if (hangsUp) far.end();
  });
  return new SrpcConnection({
    stream: near,
    site: { kind: daemonKinds.unpacker, peer: 'bad:1' },
    deadlines: new Deadlines(systemClock),
    closing: new AbortController().signal,
  });
};

describe('a client', () => {
  it(
    'gets an answer or an error of ours from whatever peer, in time',
    async () => {
      const kinds = fc.constantFrom(...(Object.keys(calls) as (keyof typeof calls)[]));
      await fc.assert(
        fc.asyncProperty(kinds, answers, fc.boolean(), async (kind, said, hangsUp) => {
          const connection = badPeer(said, hangsUp);
          const startedAt = performance.now();
          await Promise.resolve(calls[kind](connection)).catch((reason: unknown) => {
            expect(isAmiPublisherError(reason), String(reason)).toBe(true);
          });
          expect(performance.now() - startedAt).toBeLessThan(2_000);
          connection.close();
        }),
        fuzzRuns(150),
      );
    },
    fuzzTimeoutMs,
  );

  it('is not held up by a peer that sends a byte now and then', async () => {
    const [near, far] = duplexPair();
    far.on('error', () => {});
    const drip = setInterval(() => far.write('x'), 5);
    const connection = new SrpcConnection({
      stream: near,
      site: { kind: daemonKinds.unpacker, peer: 'slow:1' },
      deadlines: new Deadlines(systemClock),
      closing: new AbortController().signal,
    });
    const status = new SrpcUnpacker(callsOver(connection)).status({ timeoutMs: 60 });
    await expect(status).rejects.toMatchObject({ code: 'TIMED_OUT' });
    clearInterval(drip);
  });

  it.each([
    ['an error text', 'status', ['e'.repeat(300_000)]],
    ['an error text of many lines', 'status', ['e\n'.repeat(300_000)]],
    ['a name', 'names', [`\n${'n'.repeat(70_000)}`]],
    ['a value in a list of values', 'folders', [`\n{"Name":"${'n'.repeat(70_000)}`]],
    ['what a transfer begins with', 'raw', ['\n', `{"Error":"${'n'.repeat(300_000)}`]],
  ] as const)('takes no more than it has to of %s', async (_what, kind, said) => {
    const connection = badPeer(said, false);
    const calling = Promise.resolve(calls[kind](connection));
    await expect(calling).rejects.toMatchObject({
      code: 'PROTOCOL_BROKEN',
      message: expect.stringMatching(/is longer than \d+ bytes/),
    });
    expect(connection.isOpen).toBe(false);
  });
});
