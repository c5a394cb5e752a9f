import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { globSync } from 'tinyglobby';
import { ModuleKind, ScriptTarget, transpileModule } from 'typescript';
import { root } from './world.js';

const built = join(root, 'examples/dist');
let isBuilt = false;

/** An example as Node 22 would run it, without its types; it finds the SDK as a package of its own would. @returns the file to run */
export const builtExample = (name: string): string => {
  if (!isBuilt) buildExamples();
  isBuilt = true;
  return join(built, name.replace(/\.ts$/, '.js'));
};

const buildExamples = (): void => {
  mkdirSync(built, { recursive: true });
  for (const file of globSync('*.ts', { cwd: join(root, 'examples') })) {
    const { outputText } = transpileModule(readFileSync(join(root, 'examples', file), 'utf8'), {
      compilerOptions: { module: ModuleKind.ESNext, target: ScriptTarget.ES2022 },
    });
    writeFileSync(join(built, file.replace(/\.ts$/, '.js')), outputText);
  }
};
