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
const runExample = async (name: string, ...parameters: string[]): Promise<Run> => {
  const { outputText } = transpileModule(readFileSync(join(root, 'examples', name), 'utf8'), {
    compilerOptions: { module: ModuleKind.ESNext, target: ScriptTarget.ES2022 },
  });
  const script = join(root, 'examples/dist', name.replace(/\.ts$/, '.js'));
  mkdirSync(dirname(script), { recursive: true });
  writeFileSync(script, outputText);
  return world.execute(process.execPath, script, ...parameters);
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
    expect([...new Set(imported)]).toEqual(['@ami-publisher/core']);
  });

  it('publish.ts publishes to the targets of a selection', async () => {
    const { code, stdout, stderr } = await runExample('publish.ts', 'base/debian', '1', 'staging,*');
    expect(stderr).toMatch(/staging,eu-west-1: Unpack image took \d+ ms/);
    expect(stdout).toMatch(
      /^staging\teu-west-1\tpublished\tami-\w+\nstaging\tus-east-1\tpublished\tami-\w+\n$/,
    );
    expect(code).toBe(0);
  });
});
