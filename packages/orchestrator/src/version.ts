import { readFileSync } from 'node:fs';

/** The version of this package: its manifest lies one folder up, seen from `src` and from `dist`. */
export const version = String(
  (JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: unknown })
    .version,
);
