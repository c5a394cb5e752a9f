import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { comparable, sections } from './support/guide.js';
import { Shell } from './support/shell.js';

const { directory } = inject('commandLine');
// The first section has been executed: it installed what is tested here.
const [, ...guide] = sections('docs/getting-started.md');

let shell: Shell;
const state = mkdtempSync(join(tmpdir(), 'ami-publisher-guide-'));
beforeAll(async () => {
  // What the page shows is what a terminal shows; the sandbox and journals stay out of the way of others.
  const environment = { AMI_PUBLISHER_OUTPUT: 'table', HOME: state, XDG_STATE_HOME: state, TMPDIR: state };
  shell = new Shell(directory, environment);
  await shell.execute('export PATH="$PWD/node_modules/.bin:$PATH"');
});
afterAll(async () => {
  await shell.execute('kill $(jobs -p) 2> kill.txt || true');
  await shell.close();
  rmSync(state, { recursive: true, force: true });
});

describe('docs/getting-started.md', () => {
  it('shows what most of its commands print', () => {
    expect(guide.filter(({ shown }) => shown !== undefined).length).toBeGreaterThan(guide.length / 2);
  });

  for (const { title, commands, shown } of guide)
    it(`${title}: \`${commands[0]}\``, async () => {
      let printed = '';
      for (const command of commands) {
        const { stdout, stderr } = await shell.execute(command);
        expect(stderr, command).not.toMatch(/warning|error/i);
        printed += stdout;
      }
      expect(comparable(printed)).toEqual(comparable(shown ?? ''));
    });

  it('leaves nothing behind', async () => {
    await shell.execute('wait');
    expect(readdirSync(state).filter((name) => name.startsWith('ami-publisher-sandbox'))).toEqual([]);
  });
});
