import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type CompilerOptions,
  createProgram,
  flattenDiagnosticMessageText,
  ModuleKind,
  ModuleResolutionKind,
  ScriptTarget,
} from 'typescript';
import { root } from './public-packages.js';

/** The two ways in which TypeScript finds packages today. */
export const resolutions = {
  node16: { module: ModuleKind.Node16, moduleResolution: ModuleResolutionKind.Node16 },
  bundler: { module: ModuleKind.ESNext, moduleResolution: ModuleResolutionKind.Bundler },
} as const satisfies Record<string, CompilerOptions>;

/**
 * Compiles a program in a folder, strictly, with the declarations of our packages, and only those, checked as well.
 *
 * @param source text of an ES module
 * @returns what is wrong, a line each
 */
export const typeCheck = (
  directory: string,
  resolution: keyof typeof resolutions,
  source: string,
): string[] => {
  const file = join(directory, `consumer-${resolution}.mts`);
  writeFileSync(file, source);
  const program = createProgram([file], {
    ...resolutions[resolution],
    target: ScriptTarget.ES2023,
    lib: ['lib.es2023.d.ts'],
    strict: true,
    noEmit: true,
    types: ['node'],
    typeRoots: [join(root, 'node_modules/@types')],
  });
  const ours = program.getSourceFiles().filter(({ fileName }) => isOurs(fileName) || fileName === file);
  const diagnostics = [
    ...program.getOptionsDiagnostics(),
    ...program.getGlobalDiagnostics(),
    ...ours.flatMap((each) => [
      ...program.getSyntacticDiagnostics(each),
      ...program.getSemanticDiagnostics(each),
    ]),
  ];
  return diagnostics.map(
    ({ file: where, messageText }) =>
      `${where?.fileName ?? ''}: ${flattenDiagnosticMessageText(messageText, '\n')}`,
  );
};

const isOurs = (fileName: string): boolean => fileName.includes('/node_modules/@ami-publisher/');
