import type { NormalizedSchema } from '@smithy/core/schema';
import { ApiError } from '../model/api-error.js';
import type { Dialect } from './dialect.js';
import type { FormNode } from './form.js';
import { parseScalar } from './scalars.js';

/** Parameters of the protocol itself, which no input has. */
const protocolParameters: ReadonlySet<string> = new Set(['Action', 'Version']);

/**
 * Turns the form body of a request into the input object of its action, as the action's schema says.
 *
 * @throws `UnknownParameter` for a parameter that the schema lacks, `InvalidParameterValue` for a value that does not fit.
 */
export const decodeInput = (dialect: Dialect, schema: NormalizedSchema, form: FormNode): object => {
  const parameters = new Map([...form.children].filter(([name]) => !protocolParameters.has(name)));
  return decodeStructure(dialect, schema, { ...form, children: parameters });
};

const decode = (dialect: Dialect, schema: NormalizedSchema, form: FormNode): unknown => {
  if (schema.isStructSchema()) return decodeStructure(dialect, schema, form);
  if (schema.isListSchema()) return decodeList(dialect, schema, form);
  if (schema.isMapSchema()) return decodeMap(dialect, schema, form);
  if (form.value === undefined || form.children.size > 0) throw unknownParameter(form);
  return parseScalar(schema, form.value, form.path);
};

const decodeStructure = (dialect: Dialect, schema: NormalizedSchema, form: FormNode): object => {
  const unread = new Map(form.children);
  const members: [string, unknown][] = [];
  if (schema.isStructSchema()) {
    for (const [name, member] of schema.structIterator()) {
      const key = dialect.parameterName(name, member.getMergedTraits());
      const child = unread.get(key);
      if (child === undefined) continue;
      members.push([name, decode(dialect, member, child)]);
      unread.delete(key);
    }
  }
  for (const child of unread.values()) throw unknownParameter(child);
  return Object.fromEntries(members);
};

const decodeList = (dialect: Dialect, schema: NormalizedSchema, form: FormNode): unknown[] => {
  const member = schema.getValueSchema();
  const flat = dialect.flatLists || schema.getMergedTraits().xmlFlattened === 1;
  const items = flat ? form : form.children.get(member.getMergedTraits().xmlName ?? 'member');
  return numbered(items).map((item) => decode(dialect, member, item));
};

/** `NAME.entry.1.key`, `NAME.entry.1.value`; both may have names of their own. */
const decodeMap = (dialect: Dialect, schema: NormalizedSchema, form: FormNode): object => {
  const [key, value] = [schema.getKeySchema(), schema.getValueSchema()];
  const flat = schema.getMergedTraits().xmlFlattened === 1;
  const entries = numbered(flat ? form : form.children.get('entry'));
  return Object.fromEntries(
    entries.map((entry) => {
      const part = (member: NormalizedSchema, name: string) => {
        const child = entry.children.get(member.getMergedTraits().xmlName ?? name);
        if (child === undefined) throw unknownParameter(entry);
        return decode(dialect, member, child);
      };
      return [String(part(key, 'key')), part(value, 'value')];
    }),
  );
};

/** Children in the order of their numbers; AWS lets numbers be left out, but nothing else stand in their place. */
const numbered = (form: FormNode | undefined): FormNode[] => {
  const entries = [...(form?.children ?? [])].map(([key, child]) => [Number(key), child] as const);
  for (const [index, child] of entries) {
    if (!Number.isInteger(index) || index < 1) throw unknownParameter(child);
  }
  return entries.sort(([a], [b]) => a - b).map(([, child]) => child);
};

const unknownParameter = (form: FormNode): ApiError =>
  new ApiError('UnknownParameter', `The parameter ${form.path} is not recognized`);
