import { describe, expect, it } from 'vitest';
import { questions, yesNoQuit } from './questions.js';

const accept = async (name: keyof typeof questions, answer: string) => questions[name]?.accept(answer);

describe('[W-C7] the questions of the menus', () => {
  it.each([
    ['--productVer', '', 'please enter something'],
    ['--lifecycleId', 'abc', 'an id is like'],
    ['--patchComponent', '', 'please enter something'],
    ['--patchComponent', '/nowhere.yaml', '/nowhere.yaml is no component document'],
    ['--semverBumpType', 'MAJOR', 'please enter MINOR or PATCH'],
    ['--certificationStatus', 'YES', 'please enter CERTIFIED or FAILED'],
    ['--approvalStatusAmiPatch', '', 'please enter APPROVED or FAILED'],
  ] as const)('%s do not take %j', async (name, answer, message) => {
    await expect(accept(name, answer)).rejects.toThrow(message);
  });

  it('take words in either case, and a component in S3', async () => {
    expect(await accept('--semverBumpType', 'minor')).toBe('MINOR');
    expect(await accept('--patchComponent', 's3://bucket/a.yaml')).toBe('s3://bucket/a.yaml');
    expect(yesNoQuit('Go on?').accept('Yes')).toBe('y');
    expect(() => yesNoQuit('Go on?').accept('')).toThrow('please enter y, n or q');
  });
});
