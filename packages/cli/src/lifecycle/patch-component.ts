import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { AmiPublisherError } from '@ami-publisher/base';
import { componentDocumentSchema, type LifecycleDiscovery } from '@ami-publisher/core';
import { type Document, LineCounter, parseDocument } from 'yaml';
import { interruptSignal } from '../interrupt.js';

/** A component document that is where the server finds it, or on its way there. */
export interface PatchComponent {
  /** `s3://BUCKET/KEY` */
  readonly url: string;
  /** Puts it there. */
  upload(): Promise<void>;
}

export interface ComponentPlace {
  readonly lifecycleId: string;
  readonly discovery: LifecycleDiscovery;
  /** @default the stack's */
  readonly bucket?: string | undefined;
}

/**
 * A component document by the path of a local file, or by its URL where it is in S3 already. Nothing is uploaded yet.
 *
 * @throws `INVALID_OPTION` naming line and column, if the file is no component document.
 */
export const openComponent = async (source: string, place: ComponentPlace): Promise<PatchComponent> => {
  if (source.startsWith('s3://')) return { url: source, upload: async () => {} };
  const content = await readComponent(source);
  const { lifecycleId, discovery, bucket } = place;
  const signal = interruptSignal();
  const component = { lifecycleId, name: basename(source), content };
  const url = await discovery.componentUrl(component, { bucket, signal });
  return { url, upload: () => discovery.uploadComponent(url, content, signal) };
};

/** Reads a component document. @throws `INVALID_OPTION` naming line and column, if the file is none. */
export const readComponent = async (file: string): Promise<Uint8Array> => {
  const content = await readFile(file).catch((cause: Error) => refuse(file, cause.message, cause));
  const lines = new LineCounter();
  const document = parseDocument(content.toString('utf8'), { lineCounter: lines });
  const [fault] = document.errors;
  if (fault !== undefined) return refuse(file, fault.message.split('\n')[0] ?? '', fault);
  const checked = componentDocumentSchema.safeParse(document.toJS());
  if (checked.success) return content;
  const [issue] = checked.error.issues;
  const path = issue?.path ?? [];
  return refuse(
    file,
    `${path.join('.') || 'the document'}: ${issue?.message}${place(document, path, lines)}`,
  );
};

/** Where the innermost part of a path is that the document has. */
const place = (document: Document, path: readonly PropertyKey[], lines: LineCounter): string => {
  for (let length = path.length; length >= 0; length -= 1) {
    const node = document.getIn(path.slice(0, length), true) as { readonly range?: [number, number, number] };
    if (node?.range === undefined) continue;
    const { line, col } = lines.linePos(node.range[0]);
    return ` at line ${line}, column ${col}`;
  }
  return '';
};

const refuse = (file: string, why: string, cause?: Error): never => {
  throw new AmiPublisherError('INVALID_OPTION', {
    message: `${file} is no component document: ${why}`,
    resource: file,
    remedy: 'it must be YAML with schemaVersion 1.0 and phases of steps, each with a name and an action',
    cause,
  });
};
