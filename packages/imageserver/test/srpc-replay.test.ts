import type { Role } from '@ami-publisher/protocol';
import { describe, expect, it } from 'vitest';
import { greetedOverTls } from '../../srpc/test/support/raw-peer.js';
import { type Split, single, whole } from '../../srpc/test/support/scripted-peer.js';
import { readTranscript, type Turn, turnsOf } from '../../srpc/test/support/transcript.js';
import { addRecordedImages, emptyManifest } from './support/recorded-images.js';
import { type SecuredServer, serveSecurely } from './support/secured-server.js';

/** A server with the images that the recorded one had. */
const serveRecorded = async (): Promise<SecuredServer> => {
  const server = await serveSecurely();
  await addRecordedImages(server.sink);
  return server;
};

const recordings = [
  ...['checkdirectory', 'checkimage', 'checkobjects', 'findlatestimage', 'getimage-absent'],
  ...['getimage-no-filesystem', 'getimage-sparse', 'getimagecomputedfiles', 'getimageexpiration'],
  ...[
    'getimageusageestimate',
    'getobjectstatistics',
    'getreplicationmaster',
    'listdirectories',
    'listimages',
  ],
  ...['listselectedimages', 'listselectedimages-unknown'],
];

/** What images of ours do not have, and who adds them. */
const ours = {
  ...{ ComputedFiles: null, CreatedBy: 'operator', Filter: null, Packages: null, ReleaseNotes: null },
  ...{ Tags: null, Triggers: null },
};

const zeroTime = '0001-01-01T00:00:00Z';

/** A value as both servers have it: the recorded one without what ours lacks, and both with one time for all. */
const commonTo = (line: string): unknown =>
  JSON.parse(line, (key, value: unknown) => {
    if (value !== null && Object.hasOwn(ours, key)) return ours[key as keyof typeof ours];
    const isTime =
      typeof value === 'string' && /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(value) && value !== zeroTime;
    return isTime ? 'a time' : value;
  });

/** Lines without regard to their order, which the recorded server did not keep. */
const linesOf = (text: string): readonly string[] =>
  text
    .split('\n')
    .map((line) => (line.startsWith('{') ? JSON.stringify(commonTo(line)) : line))
    .sort();

/** Without the calls that ask for a tag that the recorded images have. */
const withoutTagged = (turns: readonly Turn[]): readonly Turn[] => {
  const isTagged = (turn: Turn | undefined) => turn?.bytes.includes('"v"]') === true;
  return turns.filter((_, at) => ![at + 2, at + 1, at, at - 1].some((near) => isTagged(turns[near])));
};

/** Plays a recorded client to our server. @returns what ours has said in each turn, beside what the recorded one said */
const play = async (server: SecuredServer, turns: readonly Turn[], split: Split, role: Role = 'operator') => {
  const peer = await greetedOverTls(server.address, await server.as(role));
  const said: { readonly ours: string; readonly theirs: string }[] = [];
  for (const { from, bytes } of turns) {
    const theirs = bytes.toString();
    if (from === 'client') for (const piece of split(bytes)) peer.socket.write(piece);
    else said.push({ ours: await peer.hearsLines(theirs.split('\n').length - 1), theirs });
  }
  return said;
};

const deliveries = [
  ['in whole packets', whole],
  ['byte by byte', single],
] as const;

describe.each(deliveries)('an image server that hears recorded clients %s', (_how, split) => {
  it('answers as the daemon that they were recorded of', async () => {
    const server = await serveRecorded();
    const replay = async (name: string): Promise<void> => {
      const said = await play(server, withoutTagged(turnsOf(readTranscript(name).events)), split);
      expect(said.length, name).toBeGreaterThan(1);
      for (const { ours, theirs } of said) expect(linesOf(ours), name).toEqual(linesOf(theirs));
    };
    await Promise.all(recordings.map(replay));
  });

  it('[S5] refuses what is not granted, in the words of Go', async () => {
    const turns = turnsOf(readTranscript('call-denied-imageserver').events);
    const said = await play(await serveRecorded(), turns, split, 'reader');
    expect(said.map(({ ours }) => ours)).toEqual(said.map(({ theirs }) => theirs));
    expect(said.filter(({ ours }) => ours === 'access to method denied\n')).toHaveLength(2);
  });
});

describe('an image server that is asked for updates', () => {
  it('tells what there is, then what comes and goes', async () => {
    const server = await serveRecorded();
    const [asked, told] = turnsOf(readTranscript('getimageupdates').events);
    const [list = '', rest = ''] = (told?.bytes.toString() ?? '').split(
      /(?<="Name":"","Directory":null.*\n)/,
    );
    const [madeDirectory, deletedImage, deletedDirectory] = rest.split('\n');
    const peer = await greetedOverTls(server.address, await server.as('reader'));
    peer.socket.write(asked?.bytes ?? '');
    expect(linesOf(await peer.hearsLines(list.split('\n').length - 1))).toEqual(linesOf(list));
    const added = { stream: 'base/newdir', leaf: 'v1' };
    const updateOf = (operation: number): string =>
      `{"Name":"base/newdir/v1","Directory":null,"Operation":${operation}}`;
    await server.sink.addImage(added, emptyManifest);
    expect(await peer.hearsLines(2)).toBe(`${madeDirectory}\n${updateOf(0)}\n`);
    await server.client.deleteImage({ name: { stream: 'base/huge', leaf: 'v1' } });
    expect(await peer.hearsLines(1)).toBe(`${deletedImage}\n`);
    await server.client.deleteImage({ name: added });
    expect(await peer.hearsLines(2)).toBe(`${updateOf(1)}\n${deletedDirectory}\n`);
  });
});
