import { describe, expect, it } from 'vitest';
import { escapeAmiName, renderAmiName } from './ami-name.js';

const parts = {
  stream: 'base/debian-12',
  leaf: '2024-05-01:10:11:12',
  architecture: 'x86_64',
  date: '20240501',
};

describe('an AMI name', () => {
  it('[W58] escapes every character of the reference table in one pass', () => {
    expect(escapeAmiName('@~!#$%&*=+:^')).toBe(
      '@@@tilde@@bang@@hash@@dollar@@percent@@ampersand@@asterix@@equal@@plus@.@caret@',
    );
  });

  it('is made from its template', () => {
    expect(renderAmiName('{stream}/{leaf}', parts)).toBe('base/debian-12/2024-05-01.10.11.12');
    expect(renderAmiName('golden-{architecture}-{date}', parts)).toBe('golden-x86_64-20240501');
  });

  it.each([
    ['{stram}', /unknown place-holder \{stram\}; known are \{stream\}, \{leaf\}/],
    ['ab', /does not allow the AMI name "ab" \(2 characters\)/],
    ['a'.repeat(129), /129 characters/],
    ['name;with', /does not allow/],
  ])('is refused before any work: %s', (template, message) => {
    expect(() => renderAmiName(template, parts)).toThrow(message);
  });
});
