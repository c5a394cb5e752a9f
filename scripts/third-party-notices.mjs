// Writes beside a bundle what it has of others, and under which licences: most of these ask that their text goes with every copy.
import { mkdirSync, readdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const licenceFile = /^(licen[cs]e|copying|notice)([.-]|$)/i;
const apache = readFileSync(new URL('../LICENSE', import.meta.url), 'utf8');

/** A plug-in of esbuild that names the packages of others in a bundle, with their licences, in a text file. */
export const thirdPartyNotices = (file) => ({
  name: 'third-party-notices',
  setup: ({ initialOptions, onEnd }) => {
    initialOptions.metafile = true;
    const directory = initialOptions.absWorkingDir ?? process.cwd();
    onEnd(({ metafile }) => {
      if (metafile === undefined) return;
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, notices(bundledPackages(metafile, directory)));
    });
  },
});

/** Folders of the packages of others of which something is in an output. */
const bundledPackages = ({ outputs }, directory) => {
  const files = Object.values(outputs).flatMap(({ inputs }) =>
    Object.entries(inputs).flatMap(([path, { bytesInOutput }]) => (bytesInOutput > 0 ? [path] : [])),
  );
  const folders = files.flatMap((path) => {
    const [, folder] = /^(.*\/node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(join(directory, path)) ?? [];
    return folder === undefined ? [] : [realpathSync(folder)];
  });
  return [...new Set(folders)].map(describePackage);
};

const describePackage = (folder) => {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const files = readdirSync(folder)
    .filter((file) => licenceFile.test(file))
    .sort();
  const text = files.map((file) => readFileSync(join(folder, file), 'utf8').trim()).join('\n\n');
  if (text === '' && license !== 'Apache-2.0')
    throw new Error(`${name} ${version} is bundled, but has no file with its licence (${license})`);
  return { title: `${name} ${version} (${license})`, text: text || apache.trim() };
};

const rule = '-'.repeat(80);

/** Packages with the same text are told of together. */
const notices = (packages) => {
  const titlesOf = new Map();
  for (const { title, text } of packages.sort((a, b) => (a.title < b.title ? -1 : 1)))
    titlesOf.set(text, [...(titlesOf.get(text) ?? []), title]);
  const parts = [...titlesOf].map(([text, titles]) => `${rule}\n${titles.join('\n')}\n${rule}\n\n${text}\n`);
  return `Software of others that is part of this bundle, and its licences.\n\n${parts.join('\n')}`;
};
