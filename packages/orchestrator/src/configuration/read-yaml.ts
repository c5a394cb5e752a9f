import { AmiPublisherError } from '@ami-publisher/base';
import { type Document, isNode, LineCounter, parseDocument } from 'yaml';
import type * as z from 'zod';

/**
 * Reads YAML and checks it.
 *
 * @param file for messages.
 * @throws `INVALID_CONFIGURATION` with line and column of everything that is wrong.
 */
export const readYaml = <T extends z.ZodType>(schema: T, text: string, file: string): z.output<T> => {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const at = (offset: number): string => {
    const { line, col } = lines.linePos(offset);
    return `${file}:${line}:${col}`;
  };
  if (document.errors.length > 0)
    throw invalid(
      file,
      document.errors.map(({ message, pos: [start] }) => `${at(start)}: ${message}`),
    );
  const parsed = schema.safeParse(document.toJS());
  if (parsed.success) return parsed.data;
  throw invalid(
    file,
    parsed.error.issues.map(
      ({ path, message }) =>
        `${at(offsetOf(document, path))}: ${path.join('.') || 'the document'}: ${message}`,
    ),
  );
};

const invalid = (file: string, faults: readonly string[]): AmiPublisherError =>
  new AmiPublisherError('INVALID_CONFIGURATION', { message: faults.join('; '), resource: file });

/** Where a value stands; where what it should be in stands, if it is missing. */
const offsetOf = (document: Document, path: readonly PropertyKey[]): number => {
  for (let length = path.length; length >= 0; length -= 1) {
    const node = length === 0 ? document.contents : document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range) return node.range[0];
  }
  return 0;
};
