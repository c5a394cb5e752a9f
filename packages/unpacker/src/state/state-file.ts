import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AmiPublisherError, type Logger } from '@ami-publisher/base';
import type * as z from 'zod';
import { isSystemError } from '../system-error.js';
import { writeDurably } from './durable-file.js';
import { emptyState, entrySchemas, storedStateSchema, type UnpackerState } from './model.js';

/** Entries of a state file that were set aside because they break the rules. */
export interface LoadedState {
  readonly state: UnpackerState;
  readonly quarantined: readonly unknown[];
}

const namesOf = (directory: string) => ({
  newest: join(directory, 'state.json'),
  previous: join(directory, 'state.previous.json'),
});

/**
 * Writes the state: a first line with the SHA-256 of all that follows, then JSON. The version before it stays.
 */
export const saveState = (directory: string, state: UnpackerState): Promise<void> => {
  const stored = { version: 1, streams: [...state.streams.values()], devices: [...state.devices.values()] };
  const body = `${JSON.stringify(stored, undefined, 1)}\n`;
  const { newest, previous } = namesOf(directory);
  return writeDurably(newest, `${digest(body)}\n${body}`, { keepPreviousAs: previous });
};

/**
 * Reads the newest state that is whole. Entries in it that break a rule are written to `state.quarantine.json` and left out.
 *
 * @throws `STATE_DAMAGED` if neither the newest nor the previous version can be read.
 */
export const loadState = async (directory: string, logger: Logger): Promise<UnpackerState> => {
  const { newest, previous } = namesOf(directory);
  const texts = [await read(newest), await read(previous)];
  if (texts.every((text) => text === undefined)) return emptyState;
  for (const [index, text] of texts.entries()) {
    const loaded = text === undefined ? undefined : parseState(text);
    if (loaded === undefined) continue;
    if (index > 0) logger.error('the state file is damaged; using its previous version', { file: newest });
    await quarantine(directory, loaded, logger);
    return loaded.state;
  }
  throw new AmiPublisherError('STATE_DAMAGED', {
    message: `neither ${newest} nor ${previous} can be read`,
    resource: newest,
    remedy:
      'restore one of them, or move both away to start with no streams and add the volumes again with AddDevice',
  });
};

/** @returns undefined if the text is not a whole state file. */
export const parseState = (text: string): LoadedState | undefined => {
  const lineEnd = text.indexOf('\n');
  const body = text.slice(lineEnd + 1);
  if (lineEnd < 0 || text.slice(0, lineEnd) !== digest(body)) return undefined;
  const stored = storedStateSchema.safeParse(parseJson(body));
  if (!stored.success) return undefined;
  const quarantined: unknown[] = [];
  const keep = <T>(schema: z.ZodType<T>, entries: readonly unknown[]): T[] =>
    entries.flatMap((entry) => {
      const parsed = schema.safeParse(entry);
      if (!parsed.success) quarantined.push(entry);
      return parsed.success ? [parsed.data] : [];
    });
  const devices = keep(entrySchemas.device, stored.data.devices);
  const streams = keep(entrySchemas.stream, stored.data.streams);
  const state: UnpackerState = {
    devices: new Map(devices.map((device) => [device.id, device])),
    streams: new Map(streams.map((stream) => [stream.name, stream])),
  };
  return { state, quarantined };
};

const quarantine = async (directory: string, loaded: LoadedState, logger: Logger): Promise<void> => {
  if (loaded.quarantined.length === 0) return;
  const file = join(directory, 'state.quarantine.json');
  await writeDurably(file, `${JSON.stringify(loaded.quarantined, undefined, 1)}\n`);
  logger.error('some entries of the state file break its rules and were left out', {
    file,
    entries: loaded.quarantined.length,
  });
};

const digest = (text: string): string => createHash('sha256').update(text).digest('hex');

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
};

const read = async (path: string): Promise<string | undefined> => {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return undefined;
    throw error;
  }
};
