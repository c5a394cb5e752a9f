import { describe, expect, it } from 'vitest';
import { ArgumentFault, HelpAsked, parseArguments } from './parse-arguments.js';

const batch = (...words: string[]) => parseArguments(['--mode', 'BATCH', ...words]);

describe('the arguments of the Orchestrator', () => {
  it('are taken as --name value and as --name=value, the last of several counting', () => {
    const given = batch(
      '--owner',
      'first',
      '--owner=second=2',
      '--events',
      'SMOKE_TESTS',
      '--events=AMI_BUILD_ONLY',
    );
    expect(given.one('--owner')).toBe('second=2');
    expect(given.all('--events')).toEqual(['SMOKE_TESTS', 'AMI_BUILD_ONLY']);
    expect(given.one('--stackTag')).toBeUndefined();
  });

  it.each([
    ['--stackT', '--stackTag'],
    ['--st', '--stackTag'],
    ['--l', '--lifecycleId'],
    ['--productV', '--productVer'],
    ['--approvalStatusAmiP', '--approvalStatusAmiPatch'],
  ] as const)('are found by the prefix %s', (prefix, name) => {
    const value = name === '--approvalStatusAmiPatch' ? 'APPROVED' : 'x';
    expect(batch(prefix, value).one(name)).toBe(value);
  });

  it('of ours take no prefix from the original: they must be written out', () => {
    expect(batch('--e', 'SMOKE_TESTS').all('--events')).toEqual(['SMOKE_TESTS']);
    expect(() => batch('--s', 'x')).toThrow('could match --stackTag, --semverBumpType');
    expect(() => batch('--wai')).toThrow('unrecognized arguments: --wai');
    expect(batch('--wait').is('--wait')).toBe(true);
  });

  it.each([
    ['--stacktag', '--stackTag'],
    ['--lifecycleid', '--lifecycleId'],
    ['--STACKTAG', '--stackTag'],
  ] as const)('[W-C3] are known as %s, as the documents of the original spell them', (spelling, name) => {
    expect(batch(spelling, 'main').one(name)).toBe('main');
    expect(batch(`${spelling}=main`).one(name)).toBe('main');
  });

  it.each([
    [['--mode', 'batch'], "argument --mode: invalid choice: 'batch' (choose from 'UI', 'BATCH')"],
    [['--operation', 'AMI_CREATE'], 'the following arguments are required: --mode'],
    [['--mode', 'UI', '--owner'], 'argument --owner: expected one argument'],
    [['--mode', 'UI', '--owner', '--events', 'SMOKE_TESTS'], 'argument --owner: expected one argument'],
    [['--mode', 'UI', '--o', 'x'], 'ambiguous option: --o could match --operation, --owner'],
    [['--mode', 'UI', '--o=x'], 'ambiguous option: --o=x could match --operation, --owner'],
    [['--mode', 'UI', '--nothing', 'x', '-y'], 'unrecognized arguments: --nothing x -y'],
    [['--mode', 'UI', 'stray'], 'unrecognized arguments: stray'],
    [['--mode', 'UI', '--url=yes'], "argument --url: ignored explicit argument 'yes'"],
  ])('are refused: %j', (words, message) => {
    expect(() => parseArguments(words)).toThrow(new ArgumentFault(message));
  });

  it('take what cannot be a name as a value', () => {
    expect(batch('--owner', '-5').one('--owner')).toBe('-5');
    expect(batch('--owner', '-a b').one('--owner')).toBe('-a b');
    expect(batch('--owner', '-').one('--owner')).toBe('-');
    expect(batch('--owner', '--', '--json').one('--owner')).toBe('--json');
    expect(batch('--owner', '').one('--owner')).toBeUndefined();
  });

  it.each([[['-h']], [['--help']], [['--mode', 'UI', '--hel']]])('ask for help with %j', (words) => {
    expect(() => parseArguments(words)).toThrow(HelpAsked);
  });
});
