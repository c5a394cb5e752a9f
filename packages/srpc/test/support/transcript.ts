import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

const folder = join(import.meta.dirname, '../transcripts');

/** One thing that happened on a recorded connection. */
export interface RecordedEvent {
  readonly from?: 'client' | 'server';
  readonly base64?: string;
  readonly text?: string;
  readonly end?: true;
  readonly close?: true;
  readonly omittedAfter?: number;
}

/** A recording of a connection to a real daemon; its README says what the fields mean. */
export interface Transcript {
  readonly name: string;
  readonly description: string;
  readonly daemon: string;
  readonly tls: boolean;
  /** Of a recording whose bytes are partly left out. */
  readonly raw?: object;
  readonly preamble: readonly RecordedEvent[];
  readonly events: readonly RecordedEvent[];
}

/** What one side said until the other spoke. */
export interface Turn {
  readonly from: 'client' | 'server';
  readonly bytes: Buffer;
}

/** Names of all recordings. */
export const transcriptNames: readonly string[] = readdirSync(folder)
  .filter((file) => file.endsWith('.json'))
  .map((file) => file.slice(0, -'.json'.length))
  .sort();

export const readTranscript = (name: string): Transcript =>
  JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8')) as Transcript;

/** The whole device that one recording has only the beginning of. */
const wholeDevice = (): Buffer => gunzipSync(readFileSync(join(folder, 'getraw-success.raw.gz')));

const said = (from: 'client' | 'server', bytes: Buffer | string): Turn => ({
  from,
  bytes: Buffer.from(bytes),
});

/** What was said, with what one side said in several pieces joined. */
export const turnsOf = (events: readonly RecordedEvent[]): readonly Turn[] => {
  const turns: Turn[] = [];
  for (const { from, base64, omittedAfter = 0 } of events) {
    if (from === undefined || base64 === undefined) continue;
    const omitted = omittedAfter === 0 ? Buffer.alloc(0) : wholeDevice().subarray(-omittedAfter);
    const bytes = Buffer.concat([Buffer.from(base64, 'base64'), omitted]);
    const last = turns.at(-1);
    if (last?.from === from) turns[turns.length - 1] = { from, bytes: Buffer.concat([last.bytes, bytes]) };
    else turns.push({ from, bytes });
  }
  return turns;
};

const syncAnswer = /unknown service: Sync[0-9a-f]+\n/;

/** The turns without Sync calls, and with pings one at a time: what a client of ours does of its own accord in other places. */
export const plainTurns = (turns: readonly Turn[]): readonly Turn[] => {
  const plain = turns
    .filter(({ from, bytes }) => !(from === 'client' && bytes.toString().startsWith('Sync')))
    .map((turn) =>
      turn.bytes.length < 4096 && syncAnswer.test(turn.bytes.toString())
        ? said('server', turn.bytes.toString().replace(syncAnswer, ''))
        : turn,
    );
  return plain.flatMap(({ from, bytes }, at) => {
    if (plain[at - 1]?.from === 'client' && isPings(plain[at - 1]?.bytes)) return [];
    if (from === 'server' || !isPings(bytes)) return [{ from, bytes }];
    return Array.from(bytes, () => [said('client', '\n'), said('server', '\n')]).flat();
  });
};

const isPings = (bytes: Buffer | undefined): boolean => /^\n+$/.test(bytes?.toString() ?? '');
