import { fileURLToPath } from 'node:url';
import { settingsJsonSchema, settingsPage } from '@ami-publisher/daemon';
import { describe, expect, it } from 'vitest';
import { program } from './program.js';
import { unpackerSettings } from './settings.js';

const docs = fileURLToPath(new URL('../../../docs/settings', import.meta.url));

describe('the settings', () => {
  it('are what docs/settings says; `node scripts/docs.mjs` writes it anew', async () => {
    const schema = JSON.stringify(settingsJsonSchema(program, unpackerSettings), undefined, 2);
    await expect(`${settingsPage(program, unpackerSettings)}\n`).toMatchFileSnapshot(`${docs}/${program}.md`);
    await expect(`${schema}\n`).toMatchFileSnapshot(`${docs}/${program}.schema.json`);
  });

  it('have defaults that fit', () => {
    const unfit = Object.entries(unpackerSettings).filter(
      ([, setting]) => 'default' in setting && !setting.schema.safeParse(setting.default).success,
    );
    expect(unfit.map(([key]) => key)).toEqual([]);
  });
});
