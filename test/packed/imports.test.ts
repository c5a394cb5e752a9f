import { describe, expect, inject, it } from 'vitest';
import { libraries, publicPackages } from './support/public-packages.js';
import { run } from './support/shell.js';
import { resolutions, typeCheck } from './support/type-check.js';

const commandLine = inject('commandLine').directory;
const sdk = inject('sdk').directory;

const names = libraries.map(({ name }) => name);

/** A program that uses every package as a whole. */
const importsAll = `${names.map((name, index) => `import * as p${index} from '${name}';`).join('\n')}
export const packages: readonly object[] = [${names.map((_, index) => `p${index}`).join(', ')}];
`;

/** A program whose types fail unless what the SDK gives is typed. */
const usesSdk = `import { AwsCloud, isAmiPublisherError, type PublicationEvent, type PublicationResults, Publisher } from '@ami-publisher/core';
export const codeOf = (event: PublicationEvent): string => event.code;
export const failed = ({ targets }: PublicationResults): readonly string[] =>
  targets.filter(({ status }) => status === 'failed').map(({ account, region }) => account + ',' + region);
export const open = (): Promise<AwsCloud> => AwsCloud.fromConfig();
export const reason = (error: unknown): string => (isAmiPublisherError(error) ? error.code : String(error));
// @ts-expect-error a publisher needs its parts
export const wrong = new Publisher();
`;

describe('TypeScript', () => {
  it.each(Object.keys(resolutions) as (keyof typeof resolutions)[])(
    'finds the types of every package by `moduleResolution` %s',
    (resolution) => {
      expect(typeCheck(commandLine, resolution, importsAll)).toEqual([]);
    },
  );

  it('finds the types of the SDK alone, without its optional peers', () => {
    expect(typeCheck(sdk, 'node16', usesSdk)).toEqual([]);
  });
});

describe('Node', () => {
  const countNames = `(name) => [name, Object.keys(require(name)).length > 0]`;

  it('imports every package, and requires it', async () => {
    const script = `
      import { createRequire } from 'node:module';
      const require = createRequire(import.meta.url);
      const required = ${JSON.stringify(names)}.map(${countNames});
      const imported = await Promise.all(${JSON.stringify(names)}.map((name) => import(name)));
      const same = imported.every((module, index) => Object.keys(module).length > 0 && require(${JSON.stringify(names)}[index]) === module);
      console.log(JSON.stringify({ required, same }));`;
    const { stdout, stderr, code } = await run(commandLine, process.execPath, [
      ...['--input-type=module', '--eval', script],
    ]);
    expect(code, stderr).toBe(0);
    expect(JSON.parse(stdout)).toEqual({ required: names.map((name) => [name, true]), same: true });
  });

  it('warns of nothing but what it warns of itself when a CommonJS program requires the SDK', async () => {
    const { stdout, stderr, code } = await run(sdk, process.execPath, [
      ...['--input-type=commonjs', '--eval', "console.log(typeof require('@ami-publisher/core').Publisher)"],
    ]);
    expect(stderr.replace(/^.*ExperimentalWarning.*\n.*\n/, '')).toBe('');
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'function\n' });
  });

  it('keeps the insides of packages closed', async () => {
    const insides = publicPackages.map(({ name }) => `${name}/dist/index.js`);
    const script = `
      const codeOf = (name) => import(name).then(() => 'open', ({ code }) => code);
      console.log(JSON.stringify(await Promise.all(${JSON.stringify(insides)}.map(codeOf))));`;
    const { stdout } = await run(commandLine, process.execPath, ['--input-type=module', '--eval', script]);
    expect(JSON.parse(stdout)).toEqual(insides.map(() => 'ERR_PACKAGE_PATH_NOT_EXPORTED'));
  });
});
