import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { protocolOf } from './wire-protocol.js';

const protocols = [
  { name: 'http', prefixes: ['GET ', 'POST ', 'PUT '] },
  { name: 'grpc', prefixes: ['PRI * HTTP/2.0\r\n'] },
];
const begin = (text: string) => {
  const found = protocolOf(protocols, Buffer.from(text));
  return typeof found === 'object' ? found.name : found;
};

describe('the first bytes of a connection', () => {
  it.each([
    ['', 'undecided'],
    ['P', 'undecided'],
    ['PO', 'undecided'],
    ['POST / HTTP/1.1', 'http'],
    ['PRI * HTTP/2.', 'undecided'],
    ['PRI * HTTP/2.0\r\n\r\nSM', 'grpc'],
    ['PRI /', undefined],
    ['\u0016\u0003\u0001', undefined],
    ['get /', undefined],
  ])('%j is %s', (text, expected) => {
    expect(begin(text)).toBe(expected);
  });

  it('never decide otherwise when more follow', () => {
    const text = fc.oneof(fc.string(), fc.constantFrom('GET / HTTP/1.1\r\n', 'PRI * HTTP/2.0\r\n\r\nSM'));
    fc.assert(
      fc.property(text, fc.nat(), (whole, at) => {
        const early = begin(whole.slice(0, at % (whole.length + 1)));
        expect([early, 'undecided']).toContain(early === 'undecided' ? early : begin(whole));
      }),
    );
  });
});
