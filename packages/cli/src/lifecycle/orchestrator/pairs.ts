import { BatchFault } from './faults.js';

const separator = '::';

/** The two sides of `LEFT::RIGHT`; the right may hold more of these. @throws BatchFault */
const splitPair = (argument: string, form: string, text: string): readonly [string, string] => {
  const at = text.indexOf(separator);
  if (at > 0) return [text.slice(0, at), text.slice(at + separator.length)];
  throw new BatchFault(`The ${argument} argument must have the form ${form}: ${text}`);
};

/** Properties of `KEY::VALUE`; undefined if there are none. @throws BatchFault */
export const propertiesOf = (texts: readonly string[]): Readonly<Record<string, string>> | undefined =>
  texts.length === 0
    ? undefined
    : Object.fromEntries(texts.map((text) => splitPair('properties', 'KEY::VALUE', text)));

/** Notifications of `METHOD::TARGET`. @throws BatchFault */
export const notificationsOf = (texts: readonly string[]) =>
  texts.map((text) => {
    const [method, target] = splitPair('notifications', 'METHOD::TARGET', text);
    return { method, target };
  });
