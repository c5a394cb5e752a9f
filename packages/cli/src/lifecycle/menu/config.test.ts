import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readMenuConfig } from './config.js';

const directory = mkdtempSync(join(tmpdir(), 'ami-publisher-menu-'));
afterAll(() => rmSync(directory, { recursive: true }));

const channel = { method: 'EMAIL', target: 'user@example.org' };

describe('cli-config.json', () => {
  it('[W-C7] that is not there is an error with an example', async () => {
    await expect(readMenuConfig(directory)).rejects.toMatchObject({
      code: 'INVALID_CONFIGURATION',
      resource: join(directory, 'cli-config.json'),
      remedy: expect.stringContaining('"method":"EMAIL"'),
    });
  });

  it.each([
    ['{', /JSON/],
    ['{"owner":"me"}', /notifications: /],
    ['{"owner":"me","notifications":[]}', /notifications: at least one/],
    [JSON.stringify({ owner: '', notifications: [channel] }), /owner: text that is not empty/],
    [JSON.stringify({ owner: 'me', notifications: [{ ...channel, target: 'user' }] }), /an e-mail address/],
    [JSON.stringify({ owner: 'me', notifications: [channel], properties: { a: 1 } }), /properties\.a/],
  ])('is refused as %s', async (text, message) => {
    writeFileSync(join(directory, 'cli-config.json'), text);
    await expect(readMenuConfig(directory)).rejects.toThrow(message);
  });

  it('is taken as the original ships it', async () => {
    const config = { owner: 'ownername', notifications: [channel] };
    writeFileSync(join(directory, 'cli-config.json'), JSON.stringify(config));
    expect(await readMenuConfig(directory)).toEqual(config);
  });
});
