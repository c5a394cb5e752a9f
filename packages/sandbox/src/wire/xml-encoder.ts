import type { NormalizedSchema } from '@smithy/core/schema';
import { formatScalar } from './scalars.js';
import { element, escapeXml } from './xml.js';

/**
 * Turns the output object of an action into the XML elements of its members, as the action's schema says. Members that the schema lacks
 * are left out; an action without output answers `<return>true</return>`, as EC2 does.
 */
export const encodeOutput = (schema: NormalizedSchema, output: object): string =>
  schema.isStructSchema() ? encodeMembers(schema, output) : element('return', 'true');

const encodeMembers = (schema: NormalizedSchema, value: object): string => {
  const values = value as Readonly<Record<string, unknown>>;
  let xml = '';
  for (const [name, member] of schema.structIterator()) {
    const memberValue = values[name];
    if (memberValue === undefined || memberValue === null) continue;
    xml += encode(member, memberValue, member.getMemberTraits().xmlName ?? name);
  }
  return xml;
};

const encode = (schema: NormalizedSchema, value: unknown, name: string): string => {
  if (schema.isStructSchema()) return element(name, encodeMembers(schema, value as object));
  if (schema.isListSchema()) return encodeList(schema, value as readonly unknown[], name);
  return element(name, escapeXml(formatScalar(schema, value)));
};

const encodeList = (schema: NormalizedSchema, values: readonly unknown[], name: string): string => {
  const member = schema.getValueSchema();
  if (schema.getMergedTraits().xmlFlattened === 1)
    return values.map((value) => encode(member, value, name)).join('');
  const itemName = member.getMergedTraits().xmlName ?? 'member';
  return element(name, values.map((value) => encode(member, value, itemName)).join(''));
};
