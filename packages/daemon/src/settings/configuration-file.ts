import { readFileSync } from 'node:fs';
import { AmiPublisherError } from '@ami-publisher/base';
import { type Document, isMap, isNode, isScalar, LineCounter, parseDocument } from 'yaml';
import type * as z from 'zod';
import { ruleOf, show, valueAt } from './issue.js';
import { fileSchema, type SettingTable } from './setting.js';

/** A configuration file that has been read and checked. */
export interface ConfigurationFile {
  /** The values that it gives, as they stand in it. */
  readonly values: Readonly<Record<string, unknown>>;
  /** Where a setting is, `FILE:LINE:COLUMN`. */
  readonly placeOf: (key: string) => string;
}

/**
 * Reads a configuration file, YAML or JSON.
 *
 * @throws `INVALID_CONFIGURATION` naming every fault with its line and column.
 */
export const readConfigurationFile = (file: string, table: SettingTable): ConfigurationFile => {
  const lines = new LineCounter();
  const document = parseDocument(textOf(file), { lineCounter: lines });
  const placeOf = (path: readonly PropertyKey[]): string => {
    const { line, col } = lines.linePos(offsetOf(document, path));
    return `${file}:${line}:${col}`;
  };
  const [torn] = document.errors;
  if (torn !== undefined) throw wrong(file, [`${file}: ${torn.message.split('\n')[0]}`]);
  const values = (document.toJS() ?? {}) as Record<string, unknown>;
  const checked = fileSchema(table).safeParse(values);
  if (checked.success) return { values, placeOf: (key) => placeOf([key]) };
  throw wrong(
    file,
    checked.error.issues.flatMap((issue) => faultsOf(issue, values, placeOf)),
  );
};

const textOf = (file: string): string => {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new AmiPublisherError('INVALID_CONFIGURATION', {
      message: `cannot read the configuration file ${file}: ${(cause as Error).message}`,
      resource: file,
      remedy: 'name another one with --config',
      cause,
    });
  }
};

const faultsOf = (
  issue: z.core.$ZodIssue,
  values: unknown,
  placeOf: (path: readonly PropertyKey[]) => string,
): string[] => {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => {
      const path = [...issue.path, key];
      return `${placeOf(path)}: there is no setting \`${path.join('.')}\``;
    });
  }
  const name = issue.path.length === 0 ? 'the file' : `\`${issue.path.join('.')}\``;
  const value = show(valueAt(values, issue.path));
  return [`${placeOf(issue.path)}: expected ${name} to be ${ruleOf(issue)}, got ${value}`];
};

const wrong = (file: string, faults: readonly string[]): AmiPublisherError =>
  new AmiPublisherError('INVALID_CONFIGURATION', {
    message: faults.join('; '),
    resource: file,
    remedy: 'see the sub-command `config schema` for what the file may hold',
  });

/** Where in the text something stands: a key of a mapping, or an item of a list. */
const offsetOf = (document: Document.Parsed, path: readonly PropertyKey[]): number => {
  const parent = path.length < 2 ? document.contents : document.getIn(path.slice(0, -1), true);
  const pair = isMap(parent)
    ? parent.items.find(({ key }) => isScalar(key) && String(key.value) === String(path.at(-1)))
    : undefined;
  const node = pair?.key ?? document.getIn(path, true);
  return isNode(node) ? (node.range?.[0] ?? 0) : 0;
};
