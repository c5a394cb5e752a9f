import { mkdirSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { startStep } from '../support/github-runner.js';
import { createWorld, type World } from '../support/world.js';
import { run } from './support/shell.js';

const tarballs = inject('tarballs');

let world: World;
beforeAll(async () => {
  world = await createWorld({ accounts: 1, regions: ['eu-west-1'] });
  await world.addImage('base/debian/1');
});
afterAll(() => world?.close());

it('the GitHub action publishes from the files of its tarball alone', async () => {
  const directory = join(dirname(tarballs), 'action');
  mkdirSync(directory);
  const [tarball = ''] = readdirSync(tarballs).filter((name) => name.includes('github-action'));
  const extracted = await run(tarballs, 'tar', ['-xzf', tarball, '-C', directory]);
  expect(extracted.code, extracted.stderr).toBe(0);
  const action = join(directory, 'package');
  const { environment } = world;
  const inputs = { command: 'publish', stream: 'base/debian', leaf: '1' };
  const published = await startStep({ action, environment, inputs }).ended;
  expect(published.code, published.log).toBe(0);
  expect(JSON.parse(published.outputs['ami-ids'] ?? '')).toEqual({
    'development,eu-west-1': expect.stringMatching(/^ami-/),
  });
  const post = await startStep({ action, environment, inputs, stateOfMain: published.state }).ended;
  expect(post).toMatchObject({ code: 0, log: '' });
});
