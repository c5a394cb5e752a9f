import { createHash } from 'node:crypto';
import { readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { UnpackerRpcClient } from '@ami-publisher/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { leaseOn, TestHost } from './fixture/unpacker.js';

let host: TestHost;
let client: UnpackerRpcClient;
const nowhere = '127.0.0.1:1';
const newest = () => join(host.stateDirectory, 'state.json');
const previous = () => join(host.stateDirectory, 'state.previous.json');

beforeEach(async () => {
  host = new TestHost();
  client = await host.start({ imageServer: nowhere });
  await client.createStream({ stream: 'a' });
  await client.createStream({ stream: 'b' });
  await host.stop();
});
afterEach(() => host.dispose());

const restart = async () => {
  const errors: string[] = [];
  const log = {
    debug: () => {},
    info: () => {},
    warn: () => {},
    error: (message: string) => errors.push(message),
  };
  client = await host.start({ imageServer: nowhere, logger: log });
  const { streams } = await client.getStatus({});
  return { names: streams.map(({ name }) => name), errors };
};

describe('a state file', () => {
  it.each([
    ['empty, as after a power cut', () => truncateSync(newest())],
    ['cut short', () => truncateSync(newest(), 100)],
    ['changed by a bit', () => writeFileSync(newest(), readFileSync(newest(), 'utf8').replace('"b"', '"c"'))],
  ])('[U10] that is %s is replaced by its previous version', async (_what, damage) => {
    damage();
    expect(await restart()).toEqual({
      names: ['a'],
      errors: ['the state file is damaged; using its previous version'],
    });
    await client.createStream({ stream: 'c' });
    await host.stop();
    expect(await restart()).toEqual({ names: ['a', 'c'], errors: [] });
  });

  it('that is missing is replaced by its previous version', async () => {
    rmSync(newest());
    expect((await restart()).names).toEqual(['a']);
  });

  it('[U1] with bad entries loses those only, and keeps them aside', async () => {
    const [, body = ''] = readFileSync(newest(), 'utf8').split(/\n(.*)/s);
    const state = JSON.parse(body);
    state.streams.push({ ...state.streams[0], name: '' }, { nonsense: true });
    const text = JSON.stringify(state);
    writeFileSync(newest(), `${createHash('sha256').update(text).digest('hex')}\n${text}`);
    expect(await restart()).toEqual({
      names: ['a', 'b'],
      errors: ['some entries of the state file break its rules and were left out'],
    });
    const aside = readFileSync(join(host.stateDirectory, 'state.quarantine.json'), 'utf8');
    expect(JSON.parse(aside)).toHaveLength(2);
    await leaseOn(client, { stream: 'a' });
  });

  it('that is damaged together with its previous version stops the daemon, which says what to do', async () => {
    truncateSync(newest());
    truncateSync(previous());
    await expect(restart()).rejects.toMatchObject({
      code: 'STATE_DAMAGED',
      message: expect.stringMatching(/restore one of them, or move both away/),
    });
    rmSync(newest());
    rmSync(previous());
    expect((await restart()).names).toEqual([]);
  });
});
