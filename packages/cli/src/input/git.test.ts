import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stackTagOf } from '@ami-publisher/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { currentBranch, headCommit } from './git.js';

const directory = mkdtempSync(join(tmpdir(), 'ami-publisher-git-'));
const git = (...words: string[]) => execFileSync('git', words, { cwd: directory, encoding: 'utf8' }).trim();

describe('a repository of git', () => {
  beforeAll(() => {
    git('init', '--quiet', '--initial-branch', 'feature/New_Kernel.6');
  });
  afterAll(() => rmSync(directory, { recursive: true }));

  it('gives the stack tag by its branch, even before its first commit', async () => {
    const branch = await currentBranch(directory);
    expect(branch).toBe('feature/New_Kernel.6');
    expect(stackTagOf(branch ?? '')).toBe('feature-new-kernel-6');
  });

  it('gives its commit, and without one says so', async () => {
    await expect(headCommit(directory)).rejects.toMatchObject({ code: 'TOOL_FAILED', resource: directory });
    git(
      '-c',
      'user.name=a',
      '-c',
      'user.email=a@example.org',
      'commit',
      '--quiet',
      '--allow-empty',
      '-m',
      'x',
    );
    expect(await headCommit(directory)).toBe(git('rev-parse', 'HEAD'));
  });

  it('is not where there is none', async () => {
    expect(await currentBranch(tmpdir())).toBeUndefined();
    await expect(headCommit(tmpdir())).rejects.toMatchObject({ code: 'TOOL_FAILED' });
  });
});
