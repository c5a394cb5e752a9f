// Writes the public surface of every library to packages/*/etc/NAME.api.md; with `--check` it writes nothing, and fails where that differs.
// It reads the declarations of the last build.
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CompilerState, Extractor, ExtractorConfig } from '@microsoft/api-extractor';
import { globSync } from 'tinyglobby';

const root = new URL('..', import.meta.url).pathname;
const isCheck = process.argv.includes('--check');
const temporary = mkdtempSync(join(tmpdir(), 'ami-publisher-api-'));

/** What a report is about is the surface; whether all of it is documented is a matter of the API reference. */
const quiet = { default: { logLevel: 'none' } };

const configOf = (manifest) => {
  const folder = join(root, manifest, '..');
  const { name } = JSON.parse(readFileSync(join(root, manifest), 'utf8'));
  return ExtractorConfig.prepare({
    packageJsonFullPath: join(root, manifest),
    configObjectFullPath: undefined,
    configObject: {
      projectFolder: folder,
      mainEntryPointFilePath: join(folder, 'dist/index.d.ts'),
      newlineKind: 'lf',
      compiler: {
        overrideTsconfig: {
          compilerOptions: {
            module: 'nodenext',
            moduleResolution: 'nodenext',
            target: 'es2023',
            lib: ['es2023'],
            types: ['node'],
            strict: true,
            skipLibCheck: true,
          },
          files: [join(folder, 'dist/index.d.ts')],
        },
      },
      apiReport: {
        enabled: true,
        reportFolder: join(folder, 'etc'),
        reportTempFolder: temporary,
        reportFileName: `${name.split('/').pop()}.api.md`,
      },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      tsdocMetadata: { enabled: false },
      messages: {
        compilerMessageReporting: quiet,
        extractorMessageReporting: quiet,
        tsdocMessageReporting: quiet,
      },
    },
  });
};

const configs = globSync('packages/*/package.json', { cwd: root })
  .sort()
  .filter((manifest) => {
    const { exports = {}, private: isPrivate = false } = JSON.parse(
      readFileSync(join(root, manifest), 'utf8'),
    );
    return '.' in exports && !isPrivate;
  })
  .map(configOf);
// One program for all packages, since most of the time goes into reading the AWS clients.
const compilerState = CompilerState.create(configs[0], {
  additionalEntryPoints: configs.map(({ mainEntryPointFilePath }) => mainEntryPointFilePath),
});
for (const config of configs) {
  mkdirSync(config.reportFolder, { recursive: true });
  const { apiReportChanged } = Extractor.invoke(config, {
    compilerState,
    localBuild: !isCheck,
    messageCallback: (message) => {
      message.handled = true;
    },
  });
  if (isCheck && apiReportChanged) {
    console.error(
      `${config.reportFilePath} is not what the declarations say: run \`node scripts/api-reports.mjs\``,
    );
    process.exitCode = 1;
  }
}
rmSync(temporary, { recursive: true });
