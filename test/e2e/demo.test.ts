import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { root } from '../support/world.js';

const bin = join(root, 'packages/cli/bin/ami-publisher.js');
const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

const lastLine = (text: string) => text.trimEnd().split('\n').at(-1);

describe('the demo', () => {
  it('publishes two releases to six targets, verifies all twelve AMIs, and leaves nothing behind', () => {
    const temporary = mkdtempSync(join(tmpdir(), 'demo-'));
    folders.push(temporary);
    const output = execFileSync(process.execPath, [bin, 'demo'], {
      env: { ...process.env, TMPDIR: temporary },
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    expect(lastLine(output)).toBe('verified 12 of 12 AMIs');
    expect(output.match(/^(development|staging),\S+ +ami-\w+ +snap-\w+/gm)).toHaveLength(12);
    expect(execFileSync('ls', ['-A', temporary], { encoding: 'utf8' })).toBe('');
  });

  it('notices a damaged snapshot', () => {
    const { status, stdout } = spawnSync(process.execPath, [bin, 'demo', '--corrupt', '1'], {
      encoding: 'utf8',
    });
    expect(lastLine(stdout)).toBe('verified 11 of 12 AMIs');
    expect(stdout).toMatch(/differs\n {2}\/etc\/os-release: expected file of \d+ bytes/);
    expect(status).toBe(1);
  });

  it('does not touch a folder that holds something', () => {
    const folder = mkdtempSync(join(tmpdir(), 'demo-'));
    folders.push(folder);
    execFileSync('touch', [join(folder, 'mine')]);
    const { status, stderr } = spawnSync(process.execPath, [bin, 'demo', '--keep', folder], {
      encoding: 'utf8',
    });
    expect(stderr).toContain('expected `keep` to be an empty or new folder');
    expect(status).toBe(2);
  });
});

describe('the demo of a lifecycle', () => {
  it('takes an AMI to production and through a patch that is on its disks, and leaves nothing behind', () => {
    const temporary = mkdtempSync(join(tmpdir(), 'demo-'));
    folders.push(temporary);
    const { status, stdout } = spawnSync(process.execPath, [bin, 'demo', 'lifecycle'], {
      env: { ...process.env, TMPDIR: temporary },
      encoding: 'utf8',
    });
    expect(stdout).toMatch(/● Approve AMI for Production {2}COMPLETED/);
    expect(stdout.match(/vulnerabilities: \d/g)).toEqual(['vulnerabilities: 1', 'vulnerabilities: 0']);
    expect(stdout.match(/^ami-\w+ \(snap-\w+\) says "release 1, patched"$/gm)).toHaveLength(2);
    expect(lastLine(stdout)).toBe('completed 10 of 10 events, verified 4 of 4 AMIs');
    expect(status).toBe(0);
    expect(readdirSync(temporary)).toEqual([]);
  });
});
