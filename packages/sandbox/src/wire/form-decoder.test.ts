import { describe, expect, test } from 'vitest';
import { ec2Dialect, stsDialect } from './dialects.js';
import { parseForm } from './form.js';
import { decodeInput } from './form-decoder.js';
import { findOperation } from './operations.js';

const ec2 = (action: string, body: string): object =>
  decodeInput(ec2Dialect, findOperation('ec2', action)!.input, parseForm(`Action=${action}&${body}`));

describe('The form decoder', () => {
  test('Reads lists by their numbers, not by their order in the body, and lets numbers be left out', () => {
    const body = 'VolumeId.10=c&VolumeId.2=b&VolumeId.1=a&Filter.3.Name=n&Filter.3.Value.1=v';
    expect(ec2('DescribeVolumes', body)).toEqual({
      VolumeIds: ['a', 'b', 'c'],
      Filters: [{ Name: 'n', Values: ['v'] }],
    });
  });

  test('Reads an empty list of the query protocol', () => {
    const { input } = findOperation('sts', 'AssumeRole')!;
    expect(decodeInput(stsDialect, input, parseForm('PolicyArns='))).toEqual({ PolicyArns: [] });
  });

  test('Keeps blanks and escaped characters of values', () => {
    expect(ec2('CreateSnapshot', 'VolumeId=v&Description=a+b%26c%3Dd')).toEqual({
      VolumeId: 'v',
      Description: 'a b&c=d',
    });
  });

  test.each([
    ['__proto__.x=1', '__proto__'],
    ['constructor=1', 'constructor'],
    ['Filter.0.Name=a', 'Filter.0'],
    ['Filter.1.Nmae=a', 'Filter.1.Nmae'],
    ['MaxResults.1=5', 'MaxResults'],
  ])('Refuses the parameter in %s', (body, named) => {
    expect(() => ec2('DescribeVolumes', body)).toThrow(`The parameter ${named} is not recognized`);
  });

  test.each(['', ' ', 'one', '1x'])('Refuses %j for a number', (text) => {
    expect(() => ec2('DescribeVolumes', `MaxResults=${text}`)).toThrow(/parameter MaxResults is invalid/);
  });
});
