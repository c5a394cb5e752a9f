import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MemberSplitter } from './member-splitter.js';

const limits = { memberBytes: 1_000_000, restBytes: 1_000_000 };

/** Takes a text apart, in packets of some sizes. */
const split = (text: string, path: readonly string[], sizes: readonly number[], most = limits) => {
  const members: [string, unknown][] = [];
  const splitter = new MemberSplitter(path, (key, member) => members.push([key, JSON.parse(member)]), most);
  const bytes = Buffer.from(`${text}\nnext`);
  for (let at = 0, turn = 0; ; turn += 1) {
    const size = sizes[turn % sizes.length] ?? 1;
    const end = splitter.push(bytes.subarray(at, at + size));
    if (end !== undefined)
      return { members, rest: JSON.parse(splitter.rest()), left: bytes.subarray(at + end) };
    at += size;
  }
};

const sizes = fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 5 });
const oddKeys = fc.constantFrom('a', 'b', 'table', '"', '\\', '}', '{', ',', 'ü', ':');
const anything = fc.jsonValue({ maxDepth: 4 });

describe('a line of JSON that is taken apart', () => {
  it('gives each member of the table, and the rest as it was, whatever the packets are', () => {
    const table = fc.dictionary(fc.oneof(oddKeys, fc.string()), anything);
    const around = fc.dictionary(oddKeys, anything);
    fc.assert(
      fc.property(table, around, around, sizes, (members, inner, outer, some) => {
        const { a: _a, ...others } = outer;
        const value = { ...others, a: { ...inner, table: members } };
        const found = split(JSON.stringify(value), ['a', 'table'], some);
        expect(found.members).toEqual(
          Object.entries(members).map(([key, one]) => [key, JSON.parse(JSON.stringify(one))]),
        );
        expect(found.rest).toEqual(JSON.parse(JSON.stringify({ ...others, a: { ...inner, table: {} } })));
        expect(`next`.startsWith(found.left.toString())).toBe(true);
      }),
    );
  });

  it.each([
    ['no table', '{"a":{"x":{"table":{"k":1}}}}'],
    ['a table that is null', '{"a":{"table":null}}'],
    ['a table that is a list', '{"a":{"table":[{"k":1},{"a":{"table":{"k":2}}}]}}'],
    ['a list in place of what holds it', '{"a":[{"table":{"k":1}}]}'],
    ['its name as a value', '{"b":"a","c":{"table":{"k":1}}}'],
    ['no object at all', '["a",{"table":{"k":1}}]'],
  ])('gives no member if there is %s', (_what, text) => {
    const { members, rest } = split(text, ['a', 'table'], [3]);
    expect(members).toEqual([]);
    expect(rest).toEqual(JSON.parse(text));
  });

  it.each([
    '{"a":{"table":{"k":1}}',
    '{"a":{"table":{"k":}}}',
    '}{',
    '{"a":{"table":{"k":[}]}}}',
    '{"a\n":1}',
    '{"\\x":1}',
  ])('is refused if it is none: %j', (text) => {
    expect(() => split(text, ['a', 'table'], [4])).toThrow();
  });

  it('is refused if a member, or what is none, is larger than allowed', () => {
    const text = JSON.stringify({ a: { table: { k: 'x'.repeat(100) } }, b: 'y'.repeat(50) });
    expect(() => split(text, ['a', 'table'], [7], { ...limits, memberBytes: 99 })).toThrow(
      'a member of a table',
    );
    expect(() => split(text, ['a', 'table'], [7], { ...limits, restBytes: 49 })).toThrow('without its table');
  });
});
