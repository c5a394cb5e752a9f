import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { errorCodes } from '@ami-publisher/base';
import type { CompletionSources, GivenOptions } from './candidates.js';

/** How long the image server may take to answer, ms. Nobody waits longer for a Tab. */
const answerWithinMs = 1_500;
/** How long answers of the image server are given again, ms. */
const cachedMs = 30_000;

/** Lists that the configuration, AWS's files and the image server give. What cannot be had is an empty list. */
export const completionSources = (environment: NodeJS.ProcessEnv): CompletionSources => {
  const cacheHome = environment.XDG_CACHE_HOME || join(homedir(), '.cache');
  const cache = join(cacheHome, 'ami-publisher', 'completion.json');
  return {
    targets: (given) => orNothing(() => listTargets(given)),
    profiles: () => orNothing(listNames),
    streams: (given) =>
      orNothing(() => cached(cache, `streams ${serverOf(given)}`, () => listStreams(given))),
    leaves: (stream, given) =>
      orNothing(() => cached(cache, `leaves ${serverOf(given)} ${stream}`, () => listLeaves(stream, given))),
    errorCodes: async () => Object.keys(errorCodes),
  };
};

/** A Tab is no place for errors. */
const orNothing = async (list: () => Promise<readonly string[]>): Promise<readonly string[]> => {
  try {
    return await list();
  } catch {
    return [];
  }
};

const listNames = async (): Promise<readonly string[]> => {
  const { listProfiles } = await import('@ami-publisher/core');
  return (await listProfiles()).map(({ name }) => name);
};

/** Every account with every region whose name is known, and what the configuration itself names. */
const listTargets = async (given: GivenOptions): Promise<readonly string[]> => {
  const { knownRegions, readConfiguration } = await import('@ami-publisher/core');
  const configuration = await readConfiguration(textOf(given.config));
  const accounts = configuration.accounts ? Object.keys(configuration.accounts) : await listNames();
  const configured = (configuration.targets ?? '').split(';').filter((target) => target !== '');
  const regions = ['*', ...knownRegions];
  return [
    ...new Set([
      ...configured,
      ...accounts.flatMap((account) => regions.map((region) => `${account},${region}`)),
    ]),
  ];
};

const serverOf = (given: GivenOptions): string => `${given.imageServer ?? ''} ${given.config ?? ''}`;
const textOf = (value: string | true | undefined) => (typeof value === 'string' ? value : undefined);

const withImageServer = async <T>(
  given: GivenOptions,
  ask: (client: import('@ami-publisher/core').ImageServerClient) => Promise<T>,
): Promise<T> => {
  const [{ clientTlsOf, createImageServerClient, placesOf, readConfiguration }, { settingsOf }] =
    await Promise.all([import('@ami-publisher/core'), import('../context.js')]);
  const settings = settingsOf(given, await readConfiguration(textOf(given.config)));
  const { imageServer, certificates } = placesOf(settings);
  const roles = ['reader', 'publisher', 'operator', 'ingester'] as const;
  const tls = clientTlsOf({ ...settings, certificates, roles });
  const client = createImageServerClient({ address: imageServer, tls });
  try {
    return await ask(client);
  } finally {
    client.close();
  }
};

const listStreams = (given: GivenOptions): Promise<readonly string[]> =>
  withImageServer(
    given,
    async (client) => (await client.listStreams({}, { deadlineMs: answerWithinMs })).streams,
  );

const listLeaves = (stream: string, given: GivenOptions): Promise<readonly string[]> =>
  withImageServer(given, async (client) => {
    const { images } = await client.listImages({ stream }, { deadlineMs: answerWithinMs });
    return images.flatMap(({ name }) => name?.leaf ?? []);
  });

interface Cached {
  /** Milliseconds since the Unix epoch. */
  readonly at: number;
  readonly values: readonly string[];
}

const cached = async (
  file: string,
  key: string,
  list: () => Promise<readonly string[]>,
): Promise<readonly string[]> => {
  const now = Date.now();
  const fresh = Object.fromEntries(
    Object.entries(await readCache(file)).filter(([, { at }]) => now - at < cachedMs),
  );
  const known = fresh[key];
  if (known !== undefined) return known.values;
  const values = await list();
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const text = JSON.stringify({ ...fresh, [key]: { at: now, values } });
  await writeFile(file, text, { mode: 0o600 });
  return values;
};

const readCache = async (file: string): Promise<Readonly<Record<string, Cached>>> => {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Record<string, Cached>;
  } catch {
    // None yet, or one that another Tab is writing.
    return {};
  }
};
