import { homedir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type CompletionSources, candidatesFor, type GivenOptions } from './candidates.js';

const asked: GivenOptions[] = [];
const sources: CompletionSources = {
  targets: async () => ['prod,*', 'prod,us-east-1', 'dev,*'],
  profiles: async () => ['prod', 'dev'],
  streams: async (given) => {
    asked.push(given);
    return ['base/debian-12', 'base/debian-13', 'edge/router'];
  },
  leaves: async (stream) => [`leaf-of-${stream}`],
  errorCodes: async () => ['NO_SPACE', 'NO_TARGETS'],
};
const offered = async (words: readonly string[], environment: NodeJS.ProcessEnv = {}) =>
  (await candidatesFor(words, sources, environment)).map(({ value }) => value);

describe('the candidates of a completion', () => {
  it.each([
    [['rollb'], ['rollback']],
    [['image', 'ad'], ['add']],
    [['fleet', ''], ['template']],
    [['fleet', 'template', '--for'], ['--format']],
    [['fleet', 'template', '--format', 't'], ['terraform']],
    [['fleet', 'template', '--format=t'], ['--format=terraform']],
    [['fleet', 'template', '--format', '=', 't'], ['terraform']],
    [
      ['fleet', 'template', '--format', '='],
      ['cloudformation', 'terraform'],
    ],
    [['fleet', 'template', '--format', 'terraform', '--for'], []],
    [
      ['publish', 'base/'],
      ['base/debian-12', 'base/debian-13'],
    ],
    [['publish', '--quiet', '-t', 'prod,*', "'base/debian-13"], ['base/debian-13']],
    [['publish', 'base/debian-12', ''], ['leaf-of-base/debian-12']],
    [
      ['publish', 'base/debian-12', '--targets', 'prod'],
      ['prod,*', 'prod,us-east-1'],
    ],
    [['publish', 'base/debian-12', '--profile', 'd'], ['dev']],
    [['publish', 'base/debian-12', '--ami-name', ''], []],
    [['publish', 'base/debian-12', '2026', ''], []],
    [['explain', 'NO_S'], ['NO_SPACE']],
    [['completion', 'z'], ['zsh']],
    [['no-such-command', ''], []],
  ])('after %j are %j', async (words, expected) => {
    expect(await offered(words)).toEqual(expected);
  });

  it('have every command at the beginning, with what it does', async () => {
    const all = await candidatesFor([''], sources);
    expect(all.map(({ value }) => value)).toEqual(expect.arrayContaining(['publish', 'doctor', 'explain']));
    expect(all.find(({ value }) => value === 'doctor')?.about).toMatch(/^look whether/);
  });

  it('are looked up with the options of the line, which go before the environment', async () => {
    const environment = { AMI_PUBLISHER_IMAGE_SERVER: 'a:1', AMI_PUBLISHER_CONFIG: 'c.yaml' };
    await offered(['publish', '--insecure', '--image-server', 'b:2', ''], environment);
    expect(asked.at(-1)).toMatchObject({ imageServer: 'b:2', config: 'c.yaml', insecure: true });
  });

  it.each([
    ["'my file.yaml'", 'my file.yaml'],
    ['my\\ file.yaml', 'my file.yaml'],
    ['~/a.yaml', join(homedir(), 'a.yaml')],
    ["'~/a.yaml'", '~/a.yaml'],
  ])('are looked up with %s as a shell would read it', async (typed, config) => {
    await offered(['publish', '--config', typed, '']);
    expect(asked.at(-1)).toMatchObject({ config });
  });

  it('are looked up with all of a value that has an equals sign', async () => {
    await offered(['publish', '--config=team=base.yaml', '']);
    expect(asked.at(-1)).toMatchObject({ config: 'team=base.yaml' });
  });
});
