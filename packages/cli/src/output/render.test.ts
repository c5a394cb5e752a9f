import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { coloursFor } from './colours.js';
import { outputOptionsOf, type TableView, writeResult } from './render.js';

interface Result {
  readonly targets: readonly { readonly name: string; readonly imageId: string | null }[];
}

const result: Result = {
  targets: [
    { name: 'dev,us-east-1', imageId: 'ami-1' },
    { name: 'dev,us-west-2', imageId: null },
  ],
};

const view: TableView<Result> = {
  head: ['TARGET', 'AMI'],
  rows: ({ targets }) => targets.map(({ name, imageId }) => [name, imageId ?? '-']),
};

let written = '';
beforeEach(() => {
  written = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    written += String(text);
    return true;
  });
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  Object.assign(process.stdout, { isTTY: undefined });
});

describe('a result', () => {
  it('is JSON where stdout is no terminal', async () => {
    Object.assign(process.stdout, { isTTY: undefined });
    await writeResult(result, view, {});
    expect(JSON.parse(written)).toEqual(result);
    expect(written.endsWith('}\n')).toBe(true);
  });

  it('is a table on a terminal', async () => {
    Object.assign(process.stdout, { isTTY: true });
    vi.stubEnv('NO_COLOR', '1');
    await writeResult(result, view, {});
    expect(written).toBe('TARGET         AMI\ndev,us-east-1  ami-1\ndev,us-west-2  -\n');
  });

  it('is JSON on a terminal too when a query makes it another shape', async () => {
    Object.assign(process.stdout, { isTTY: true });
    await writeResult(result, view, { query: 'targets[].imageId' });
    expect(JSON.parse(written)).toEqual(['ami-1']);
  });

  it('is YAML on request', async () => {
    await writeResult(result, view, { output: 'yaml' });
    expect(written).toBe(
      'targets:\n  - name: dev,us-east-1\n    imageId: ami-1\n  - name: dev,us-west-2\n    imageId: null\n',
    );
  });

  it('is rows with tabs as text', async () => {
    await writeResult(result, view, { output: 'text' });
    expect(written).toBe('dev,us-east-1\tami-1\ndev,us-west-2\t-\n');
  });

  it.each([
    ['targets[0].imageId', 'ami-1\n'],
    ['targets[].name', 'dev,us-east-1\tdev,us-west-2\n'],
    ['targets[].imageId', 'ami-1\n'],
    ['targets[1]', '{"name":"dev,us-west-2","imageId":null}\n'],
    ['targets[].[name, imageId]', 'dev,us-east-1\tami-1\ndev,us-west-2\tNone\n'],
    ['length(targets)', '2\n'],
    ['nothing', 'None\n'],
  ])('queried with %s is text as the AWS CLI prints it', async (query, expected) => {
    await writeResult(result, view, { output: 'text', query });
    expect(written).toBe(expected);
  });

  it('is refused for a query that is none', async () => {
    await expect(writeResult(result, view, { query: 'targets[' })).rejects.toMatchObject({
      code: 'INVALID_OPTION',
      message: expect.stringContaining('--query "targets["'),
    });
    expect(written).toBe('');
  });
});

describe('output options', () => {
  it('are taken from the options of a command', () => {
    expect(outputOptionsOf({ output: 'yaml', query: 'a', debug: true })).toEqual({
      output: 'yaml',
      query: 'a',
    });
    expect(outputOptionsOf({})).toEqual({});
  });
});

describe('colours', () => {
  it.each([
    ['a terminal', { isTTY: true }, {}, true],
    ['a pipe', { isTTY: false }, {}, false],
    ['a terminal with NO_COLOR', { isTTY: true }, { NO_COLOR: '1' }, false],
    ['a terminal with an empty NO_COLOR', { isTTY: true }, { NO_COLOR: '' }, true],
    ['a dumb terminal', { isTTY: true }, { TERM: 'dumb' }, false],
    ['a pipe with FORCE_COLOR', {}, { FORCE_COLOR: '1' }, true],
    ['a terminal with FORCE_COLOR=0', { isTTY: true }, { FORCE_COLOR: '0' }, false],
    ['a pipe with both', {}, { FORCE_COLOR: '1', NO_COLOR: '1' }, false],
  ])('on %s', (_what, stream, environment, expected) => {
    expect(coloursFor(stream, environment).red('x') !== 'x').toBe(expected);
  });
});
