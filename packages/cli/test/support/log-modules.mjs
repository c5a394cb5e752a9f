// Preloaded with --import: writes `loaded URL` to stderr for every module, ES modules as they are loaded, CommonJS modules at the end.
import { writeSync } from 'node:fs';
import { createRequire, register } from 'node:module';

const hook = `import { writeSync } from 'node:fs';
export const load = (url, context, next) => {
  writeSync(2, "loaded " + url + "\\n");
  return next(url, context);
};`;
register(`data:text/javascript,${encodeURIComponent(hook)}`);
const { cache } = createRequire(import.meta.url);
process.on('exit', () => {
  for (const file of Object.keys(cache)) writeSync(2, `loaded ${file}\n`);
});
