import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AmiPublisherError } from '@ami-publisher/base';
import type { LifecycleEvent } from '@ami-publisher/core';
import { html } from '@ami-publisher/daemon';
import { type NoticeKind, noticeKinds } from '../lifecycles/draft.js';
import { defaultTemplate } from './default-templates.js';
import { type Message, valuesOf } from './message.js';

/** The texts of one kind of message; `{{name}}` stands for a value. */
export interface Template {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

export type Templates = Readonly<Record<NoticeKind, Template>>;

/** How a person gives a verdict; whoever does needs a key, which no message has. */
const verdictCommands: Readonly<Partial<Record<LifecycleEvent, (lifecycleId: string) => string>>> = {
  QA_CERTIFICATION_RESPONSE: (id) => `ami-publisher lifecycle certify ${id}`,
  MARK_FOR_PRODUCTION_CREATE: (id) => `ami-publisher lifecycle approve ${id}`,
  MARK_FOR_PRODUCTION_PATCH: (id) => `ami-publisher lifecycle approve --patch ${id}`,
};

const commandOf = ({ event, lifecycleId }: Message): string =>
  (event === null ? undefined : verdictCommands[event])?.(lifecycleId) ?? '';

/** The values that templates can name. */
const textsOf = (message: Message) => ({
  ...valuesOf(message),
  event: message.event ?? 'none',
  command: commandOf(message),
});

type ValueName = keyof ReturnType<typeof textsOf>;
const valueNames = [
  'kind',
  'event',
  'text',
  'at',
  'lifecycle_id',
  'stack_tag',
  'product_name',
  'product_ver',
  'owner',
  'timeline',
  'command',
] as const satisfies readonly ValueName[];

const placeholder = /\{\{\s*([\w.-]*)\s*\}\}/g;

const inHtml = (value: string): string => html`${value}`.markup;
/** What ends a line would begin another header. */
const inSubject = (value: string): string => value.replaceAll(/\p{Cc}+/gu, ' ');

const fill = (template: string, message: Message, written: (value: string) => string): string => {
  const texts: Readonly<Record<string, string>> = textsOf(message);
  return template.replaceAll(placeholder, (_all, name: string) => written(texts[name] ?? ''));
};

/** A message in words, escaped for each form. */
export const rendered = (templates: Templates, message: Message): Template => {
  const template = templates[message.kind];
  return {
    subject: inSubject(fill(template.subject, message, inSubject)),
    text: fill(template.text, message, (value) => value),
    html: fill(template.html, message, inHtml),
  };
};

/** The built-in templates. */
export const defaultTemplates: Templates = Object.fromEntries(
  noticeKinds.map((kind) => [kind, defaultTemplate(kind)]),
) as Templates;

const fileName = new RegExp(`^(${noticeKinds.join('|')})\\.(subject|text|html)$`);

/**
 * The built-in templates, and in their place what a folder has: files `KIND.subject`, `KIND.text` and `KIND.html`.
 *
 * @throws `INVALID_CONFIGURATION` for a file of another name, a value that there is not, or a folder that cannot be read.
 */
export const readTemplates = async (directory: string): Promise<Templates> => {
  const templates: Record<NoticeKind, Template> = { ...defaultTemplates };
  for (const file of await reading(directory, () => readdir(directory))) {
    const path = join(directory, file);
    const [, kind, form] = fileName.exec(file) ?? [];
    if (kind === undefined || form === undefined)
      throw invalid(
        path,
        `is not a template: expected KIND.subject, .text or .html, KIND one of ${noticeKinds}`,
      );
    const template = await reading(path, () => readFile(path, 'utf8'));
    const unknown = [...template.matchAll(placeholder)].find(([, name]) => !isValueName(name));
    if (unknown !== undefined)
      throw invalid(path, `names ${unknown[0]}; expected one of ${valueNames.join(', ')}`);
    templates[kind as NoticeKind] = { ...templates[kind as NoticeKind], [form]: template };
  }
  return templates;
};

const isValueName = (name = ''): boolean => valueNames.some((known) => known === name);

const reading = async <T>(path: string, read: () => Promise<T>): Promise<T> => {
  try {
    return await read();
  } catch (cause) {
    throw invalid(path, `cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`, cause);
  }
};

const invalid = (path: string, fault: string, cause?: unknown): AmiPublisherError =>
  new AmiPublisherError('INVALID_CONFIGURATION', { message: `${path} ${fault}`, resource: path, cause });
