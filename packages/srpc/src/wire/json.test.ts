import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseJson } from './json.js';

describe('a JSON value', () => {
  it.each([
    ['18446744073709551615', 18446744073709551615n],
    ['[-9223372036854775808,1]', [-9223372036854775808n, 1]],
    ['9007199254740991', 9007199254740991],
    [
      '{"a":"18446744073709551615","b":"\\"1234567890123456789"}',
      { a: '18446744073709551615', b: '"1234567890123456789' },
    ],
    ['1e400', Number.POSITIVE_INFINITY],
  ])('%s is read without a loss', (text, value) => {
    expect(parseJson(text)).toEqual(value);
  });

  it('is what JSON.parse makes of it, as far as that can', () => {
    const long = fc.stringMatching(/^\d{16,20}$/);
    const value = fc.jsonValue({ depthSize: 'small', stringUnit: 'binary' });
    fc.assert(
      fc.property(fc.record({ value, long, '"\\': long }), (any) => {
        const rounded = JSON.stringify(parseJson(JSON.stringify(any)), (_key, one) =>
          typeof one === 'bigint' ? Number(one) : one,
        );
        expect(JSON.parse(rounded)).toEqual(JSON.parse(JSON.stringify(any)));
      }),
    );
  });

  it('that is none is refused, with its beginning', () => {
    expect(() => parseJson(`no${'x'.repeat(500)}`)).toThrow(/^not a JSON value: "nox{98}…"$/);
  });
});
