import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { exitCodes } from '../src/exit-codes.js';
import { runCommandLine } from '../src/run.js';

const folder = mkdtempSync(join(tmpdir(), 'ami-publisher-bad-input-'));
const entry = '{ "AccountName": "prod", "Region": "us-east-1", "AmiId": "ami-01234567" }';
const files = {
  'cut.json': `[${entry.slice(0, 40)}`,
  'edited.json': `[${entry.replace('ami-01234567', 'ami-01234567; rm -rf')}]`,
  'empty.json': '',
  'failed.json': '[{ "AccountName": "prod", "Region": "us-east-1", "Error": "no unpacker" }]',
  'foreign.json': '{ "Reservations": [] }',
  'good.json': `[${entry}]`,
  'key.pub': 'ssh-dss AAAAB3NzaC1kc3MAAACB',
  'missing-comma.json': `[${entry}\n${entry}]`,
  'tags.json': '{ "team": 7 }',
} as const;

beforeAll(() => {
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  // Whoever asks AWS for all that fails in another way.
  vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', join(folder, 'none'));
  vi.stubEnv('AWS_CONFIG_FILE', join(folder, 'none'));
  vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
});
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

/** Runs a command line to its end; `FOLDER` is where the files are. */
const run = async (words: string) => {
  const texts = { out: '', error: '' };
  const spies = [
    vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
      texts.out += String(text);
      return true;
    }),
    vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
      texts.error += String(text);
      return true;
    }),
  ];
  try {
    const given = words.split(' ').map((word) => word.replace('FOLDER', folder));
    const code = await runCommandLine(['node', 'ami-publisher', ...given]);
    return { code, ...texts };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
};

const takers = ['delete', 'delete-tags team', 'launch-instances-for-images', 'set-exclusive-tags team a'];
const badFiles = ['cut', 'edited', 'empty', 'foreign', 'missing-comma', 'not-there'];

describe('a results file', () => {
  it.each(takers.flatMap((taker) => badFiles.map((name) => [taker, name] as const)))(
    'is refused by %s if it is %s, named, and nothing else of it is used',
    async (taker, name) => {
      const { code, out, error } = await run(`${taker} FOLDER/good.json FOLDER/${name}.json --yes`);
      expect({ code, out }).toEqual({ code: exitCodes.usage, out: '' });
      expect(error).toContain(`${name}.json`);
      expect(error).toContain('INVALID_OPTION');
    },
  );

  it('with a target that failed launches nothing', async () => {
    const { code, error } = await run('launch-instances-for-images FOLDER/good.json FOLDER/failed.json');
    expect(code).toBe(exitCodes.usage);
    expect(error).toContain('prod,us-east-1 has nothing: no unpacker');
  });
});

describe('an option', () => {
  it.each([
    ['delete FOLDER/good.json --now --after 1d', '--now'],
    ['delete FOLDER/good.json --after 1w', 'after'],
    ['delete-unused-images --now --after 1d', '--now'],
    ['delete-unused-images --max 0', 'max'],
    ['delete-unused-images --max many', 'max'],
    ['delete-unused-images --keep-last -1', 'keepLast'],
    ['list-unused-images --min-age soon', 'minAge'],
    ['list-unused-images --launched-within 3', 'launchedWithin'],
    ['list-used-images --report-timeout 3', 'reportTimeout'],
    ['list-images --search-tag novalue', 'novalue'],
    ['list-images --search-tags @FOLDER/none.json', 'none.json'],
    ['list-images --search-tags @FOLDER/tags.json', 'tags.json'],
    ['list-images --search-tags @FOLDER/cut.json', 'cut.json'],
    ['launch-instances base/web --keep-volumes', '--replace-instances'],
    ['launch-instances base/web --force', '--replace-instances'],
    ['launch-instances base/web --root-volume-size 0', 'root-volume-size'],
    ['launch-instances base/web --subnet-tag novalue', 'novalue'],
    ['launch-instances base/web --wait soon', 'soon'],
    ['launch-instances-for-images FOLDER/good.json --expires-in never', 'expires-in'],
    ['set-tags-on-unpackers --tag novalue', 'novalue'],
    ['import-key-pair team FOLDER/key.pub', 'key.pub'],
    ['import-key-pair team FOLDER/none.pub', 'none.pub'],
    ['add-volumes 0', '0'],
    ['add-volumes 1.5', '1.5'],
    ['add-volumes 20TB', '20TB'],
    ['stop-idle-unpackers --max-idle-time -1s', '-1s'],
    ['expire --targets prod', 'prod'],
    ['expire --targets @FOLDER/none', 'none'],
    ['terminate-instances --output xml', 'xml'],
  ])('that is malformed or contradicts another is refused and named: %s', async (words, named) => {
    const { code, out, error } = await run(words);
    expect({ code, out }, error).toEqual({ code: exitCodes.usage, out: '' });
    expect(error).toContain(named);
  });
});
