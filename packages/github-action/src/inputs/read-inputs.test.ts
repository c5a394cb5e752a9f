import { describe, expect, it } from 'vitest';
import { inputVariable, readInputs, secretsOf } from './read-inputs.js';

const environmentOf = (inputs: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(inputs).map(([name, value]) => [inputVariable(name), value]));
const read = (inputs: Readonly<Record<string, string>>) => readInputs(environmentOf(inputs));
const image = { command: 'publish', stream: 'base/debian', leaf: '1' };

describe('the inputs of a step', () => {
  it('come as the runner passes them on, trimmed, with their defaults', () => {
    const inputs = readInputs({
      INPUT_COMMAND: 'plan',
      INPUT_STREAM: ' base/debian ',
      INPUT_LEAF: '1',
      'INPUT_MIN-FREE': '',
    });
    expect(inputs.command).toBe('plan');
    expect(inputs.needed('stream')).toBe('base/debian');
    expect(inputs.text('min-free')).toBe('256MiB');
    expect(inputs.text('kms-key')).toBeUndefined();
    expect(inputs.flag('ena-support')).toBe(true);
    expect(inputs.flag('deregistration-protection')).toBe(false);
  });

  it('may be lists of lines, of which blank ones count for nothing', () => {
    const inputs = read({ ...image, targets: '\n prod,us-east-1 \r\n\ndev,*\n', tags: 'a=b=c\nd=\n' });
    expect(inputs.lines('targets')).toEqual(['prod,us-east-1', 'dev,*']);
    expect(inputs.pairs('tags')).toEqual({ a: 'b=c', d: '' });
  });

  it.each([
    [{ command: 'publsh' }, /expected `command` to be one of publish, plan, .*, got "publsh"/],
    [{}, /expected `command` to be one of .*, got ""/],
    [{ command: 'publish', stream: 'a' }, /the input `leaf` is needed for command publish/],
    [{ ...image, 'ena-support': 'yes' }, /expected `ena-support` to be true or false, got "yes"/],
    [{ ...image, architecture: 'amd64' }, /expected `architecture` to be one of x86_64, arm64, got "amd64"/],
    [
      { command: 'expire', stream: 'a' },
      /expected `stream` to be left out with command expire \(it is for publish, plan\), got "a"/,
    ],
  ])('are refused by name, value and rule: %j', (inputs, message) => {
    expect(() => read(inputs)).toThrow(
      expect.objectContaining({ code: 'INVALID_OPTION', message: expect.stringMatching(message) }),
    );
  });

  it('are refused by name where a line is no pair', () => {
    expect(() => read({ ...image, tags: 'team' }).pairs('tags')).toThrow('expected `tags` to be key=value');
  });

  it('may be there with the default of an input that is for another command', () => {
    expect(read({ command: 'expire', 'on-cancel': 'rollback' }).command).toBe('expire');
  });

  it('show no secret when they are refused', () => {
    expect(() => read({ command: 'expire', 'api-key': 'hidden' })).toThrow(
      /^expected `api-key` to be left out with command expire \([^"]*\)$/,
    );
  });
});

describe('the secrets of a step', () => {
  it('are masked as a whole, line by line, and the password alone', () => {
    const environment = environmentOf({
      'proxy-credentials': 'me:pass:word',
      'api-key': 'one\ntwo\n',
      stream: 'x',
    });
    expect(secretsOf(environment).toSorted()).toEqual([
      'me:pass:word',
      'one',
      'one\ntwo',
      'pass:word',
      'two',
    ]);
  });

  it('are none where nothing secret is given', () => {
    expect(secretsOf({})).toEqual([]);
  });
});
