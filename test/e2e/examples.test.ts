import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { globSync } from 'tinyglobby';
import { ModuleKind, ScriptTarget, transpileModule } from 'typescript';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createWorld, type Run, root, type World } from '../support/world.js';

let world: World;
beforeAll(async () => {
  world = await createWorld({ accounts: 2, regions: ['eu-west-1', 'us-east-1'] });
  await world.addImage('base/debian/1');
});
afterAll(() => world?.close());

/** Runs an example as Node 22 would, without its types; it finds the SDK as a package of its own would. */
const runExample = (name: string, ...parameters: string[]): Promise<Run> =>
  runExampleWith({}, name, ...parameters);

const runExampleWith = async (
  environment: Readonly<Record<string, string>>,
  name: string,
  ...parameters: string[]
): Promise<Run> => {
  const { outputText } = transpileModule(readFileSync(join(root, 'examples', name), 'utf8'), {
    compilerOptions: { module: ModuleKind.ESNext, target: ScriptTarget.ES2022 },
  });
  const script = join(root, 'examples/dist', name.replace(/\.ts$/, '.js'));
  mkdirSync(dirname(script), { recursive: true });
  writeFileSync(script, outputText);
  return world.executeWith(environment, process.execPath, script, ...parameters);
};

describe('the examples', () => {
  it('import nothing of ours but the SDK', () => {
    const files = globSync('examples/*.ts', { cwd: root });
    expect(files).not.toEqual([]);
    const imported = files.flatMap((file) =>
      [...readFileSync(join(root, file), 'utf8').matchAll(/from '([^']+)'/g)].map(
        ([, specifier]) => specifier,
      ),
    );
    const packages = imported.filter((specifier) => !specifier?.startsWith('node:'));
    expect([...new Set(packages)]).toEqual(['@ami-publisher/core']);
  });

  it('[W84] publish.ts publishes to the targets of a selection', async () => {
    const { code, stdout, stderr } = await runExample('publish.ts', 'base/debian', '1', 'staging,*');
    expect(stderr).toMatch(/staging,eu-west-1: Unpack image took \d+ ms/);
    expect(stdout).toMatch(
      /^staging\teu-west-1\tpublished\tami-\w+\nstaging\tus-east-1\tpublished\tami-\w+\n$/,
    );
    expect(code).toBe(0);
  });

  it('bastion.ts reaches unpackers by a connector of its own', async () => {
    const log = installSsh(join(world.directory, 'ssh'));
    const run = await runExampleWith(
      { PATH: `${join(world.directory, 'ssh')}:${process.env.PATH}`, BASTION: 'ops@bastion' },
      'bastion.ts',
      'staging,*',
    );
    expect(run.stdout, run.stderr).toMatch(
      /^staging eu-west-1 i-\w+ running\nstaging us-east-1 i-\w+ running\n$/,
    );
    expect(run.code).toBe(0);
    expect(readFileSync(log, 'utf8').trim().split('\n')).toHaveLength(2);
  });

  it('bastion.ts says what to do when ssh does not work', async () => {
    const run = await runExampleWith(
      { PATH: `${world.directory}:/nowhere`, BASTION: 'ops@bastion' },
      'bastion.ts',
      'staging,us-east-1',
    );
    expect(run.stdout).toMatch(
      /the SSH connection to i-\w+ by way of ops@bastion has ended; check that `ssh/,
    );
  });
});

/** A program called ssh that forwards its `-L`, and notes it. @returns its log */
const installSsh = (directory: string): string => {
  const log = join(directory, 'ssh.log');
  const script = `#!${process.execPath}
const { appendFileSync } = require('node:fs');
const { connect, createServer } = require('node:net');
const forward = process.argv[process.argv.indexOf('-L') + 1];
const [from, port, to, remotePort] = forward.split(':');
appendFileSync(${JSON.stringify(log)}, forward + '\\n');
createServer((near) => {
  const far = connect(Number(remotePort), to);
  for (const [one, other] of [[near, far], [far, near]]) one.on('error', () => {}).on('close', () => other.destroy()).pipe(other);
}).listen(Number(port), from);
`;
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, 'ssh'), script, { mode: 0o755 });
  return log;
};
