import { answering, type ServerCall, type SrpcMethod } from '../../src/index.js';
import { type Transcript, type Turn, turnsOf } from './transcript.js';

/** What was said in one recorded call after the line that named the method. */
interface RecordedCall {
  readonly name: string;
  readonly turns: readonly Turn[];
}

const callLine = /^(\w*\.\w+)\r?\n/;
const refusal = /^(unknown service|malformed|[\w.]*: unknown method)/;

/** The calls that a recorded daemon accepted. */
const acceptedCalls = (transcript: Transcript): readonly RecordedCall[] => {
  const calls: { name: string; turns: Turn[] }[] = [];
  let isPing = false;
  for (const turn of turnsOf(transcript.events)) {
    const name = turn.from === 'client' ? callLine.exec(turn.bytes.toString())?.[1] : undefined;
    const isPong = isPing;
    isPing = turn.from === 'client' && /^\n+$/.test(turn.bytes.toString());
    if (name !== undefined) calls.push({ name, turns: [] });
    else if (!isPing && !isPong) calls.at(-1)?.turns.push(turn);
  }
  return calls.filter(({ turns: [first] }) => first !== undefined && !refusal.test(first.bytes.toString()));
};

/** Methods that are not a value there and a value back. */
const isTalk = (name: string): boolean => /AddDevice|GetRaw|GetObjects|List|Watch|Updates/.test(name);

/** Methods that answer as the daemon of a recording did, call by call. */
export const recordedMethods = (transcript: Transcript): Readonly<Record<string, SrpcMethod>> => {
  const calls = [...acceptedCalls(transcript)];
  const next = (name: string): readonly Turn[] => {
    const at = calls.findIndex((call) => call.name === name);
    return calls.splice(at, 1)[0]?.turns ?? [];
  };
  const entries = calls.map(({ name }) => [
    name,
    isTalk(name) ? { access: 'granted', talk: talking(() => next(name)) } : replying(() => next(name)),
  ]);
  return Object.fromEntries(entries) as Record<string, SrpcMethod>;
};

/** The first byte was the acceptance of the call, which the server sends by itself. */
const talking =
  (next: () => readonly Turn[]): SrpcMethod['talk'] =>
  async (call: ServerCall) => {
    const [first, ...turns] = next();
    await call.sendBytes(first?.bytes.subarray(1) ?? Buffer.alloc(0));
    for (const { from, bytes } of turns) {
      if (from === 'server') await call.sendBytes(bytes);
      else if (bytes.toString().startsWith('{')) await call.value();
      else await call.line();
    }
  };

const replying = (next: () => readonly Turn[]): SrpcMethod =>
  answering('granted', () => {
    const said = next().filter(({ from }) => from === 'server');
    const answer = Buffer.concat(said.map(({ bytes }) => bytes))
      .subarray(1)
      .toString();
    if (answer.startsWith('\n')) return JSON.parse(answer) as object;
    throw new Error(answer.replace(/\n$/, ''));
  });
