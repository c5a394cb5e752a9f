import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** One change of a source that takes a fix back, or a part of it. */
export interface Edit {
  /** From the root of the repository. */
  readonly file: string;
  /** What the file holds exactly once. */
  readonly fix: string;
  /** What stands there while the weakness is back. */
  readonly weak: string;
}

/** How a weakness is had again, and where a test with its tag must fail then. `node scripts/reversions.mjs` tries it. */
export interface Reversion {
  /** Such as `W33`. */
  readonly id: string;
  /** File of the test. */
  readonly test: string;
  /** File that has the test, where `test` only runs it: cases that several databases share. @default `test` */
  readonly suite?: string;
  /** Whether the test starts processes of what was built. @default only in `test/e2e`, `test/kills` and `test/recovery` */
  readonly build?: boolean;
  /** Whether the test leans on those before it in its file. @default false */
  readonly whole?: boolean;
  readonly edits: readonly Edit[];
}

/** Why a weakness cannot be had again by changing a line. */
export interface Irreversible {
  readonly id: string;
  readonly because: string;
}

const folder = join(import.meta.dirname, 'reversions');

/** The table, file by file. */
export const readReversions = (): readonly (Reversion | Irreversible)[] =>
  readdirSync(folder)
    .sort()
    .flatMap((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as (Reversion | Irreversible)[]);
