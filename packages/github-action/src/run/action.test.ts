import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { runMain, runPost } from './action.js';

const directory = mkdtempSync(join(tmpdir(), 'ami-publisher-action-'));
afterAll(() => rmSync(directory, { recursive: true }));

const options = (environment: Readonly<Record<string, string>>) => {
  const written: string[] = [];
  const step = {
    environment: { GITHUB_STEP_SUMMARY: join(directory, 'summary'), ...environment },
    write: (text: string) => written.push(text),
    signal: new AbortController().signal,
  };
  return { step, written };
};

describe('the step', () => {
  it('masks secrets before it says anything, even that an input is wrong', async () => {
    const { step, written } = options({ INPUT_COMMAND: '::nothing', 'INPUT_API-KEY': 'hidden' });
    expect(await runMain(step)).toBe(1);
    expect(written).toEqual([
      '::add-mask::hidden\n',
      expect.stringMatching(/^::error title=INVALID_OPTION::expected `command` .*, got "::nothing"\n$/),
    ]);
  });

  it('says which file of the configuration cannot be read', async () => {
    const file = join(directory, 'nothing.yaml');
    const { step, written } = options({ INPUT_COMMAND: 'expire', 'INPUT_CONFIG-FILE': file });
    expect(await runMain(step)).toBe(1);
    expect(written.join('')).toContain(`::error title=INVALID_CONFIGURATION::cannot read ${file}`);
  });

  it('promises to keep a publication only with a journal that outlives the runner', async () => {
    const inputs = {
      INPUT_COMMAND: 'publish',
      INPUT_STREAM: 'a',
      INPUT_LEAF: '1',
      'INPUT_ON-CANCEL': 'keep',
    };
    const { step, written } = options({ ...inputs, INPUT_JOURNAL: '/tmp/journals' });
    expect(await runMain(step)).toBe(1);
    expect(written.join('')).toMatch(
      /on-cancel keep needs a journal that outlives this runner, got \/tmp\/journals; .*s3:\/\//,
    );
  });
});

describe('the post step', () => {
  it.each([{}, { STATE_publication: 'pub-1', STATE_ended: 'true' }])(
    'does nothing where nothing was cut short: %j',
    async (state) => {
      const { step, written } = options({ ...state, INPUT_COMMAND: 'publish' });
      expect(await runPost(step)).toBe(0);
      expect(written).toEqual([]);
    },
  );

  it('names the commands where the publication is to be kept, and fails', async () => {
    const { step, written } = options({
      ...{ STATE_publication: 'pub-1', STATE_targets: 'a,us-east-1;b,us-east-1' },
      ...{ INPUT_COMMAND: 'publish', INPUT_STREAM: 'a', INPUT_LEAF: '1' },
      ...{ 'INPUT_ON-CANCEL': 'keep', INPUT_JOURNAL: 's3://bucket/journals' },
    });
    expect(await runPost(step)).toBe(1);
    const commands = [
      'finish it:  ami-publisher resume pub-1 --journal s3://bucket/journals',
      "undo it:    ami-publisher rollback --publication pub-1 --targets 'a,us-east-1;b,us-east-1'",
    ].join('\n');
    expect(written.join('')).toContain(commands);
    expect(readFileSync(join(directory, 'summary'), 'utf8')).toContain(commands);
  });
});
