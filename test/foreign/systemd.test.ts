import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../..');
const directory = mkdtempSync(join(tmpdir(), 'ami-publisher-systemd-'));
afterAll(() => rmSync(directory, { recursive: true }));

const run = (command: string, ...parameters: string[]) => {
  const { status, stdout, stderr } = spawnSync(command, parameters, { encoding: 'utf8' });
  return { status, output: `${stdout}${stderr}` };
};

const daemons = [
  // What `systemd-analyze security` says of the unit at most: 0 is a service that can do nothing, 10 one that may do anything.
  { program: 'image-unpacker', folder: 'packages/unpacker', exposure: 3.2 },
  { program: 'imageserver', folder: 'packages/imageserver', exposure: 1.5 },
];

describe.each(daemons)('the systemd unit of $program', ({ program, folder, exposure }) => {
  const text = readFileSync(join(root, folder, `systemd/${program}.service`), 'utf8');
  // systemd looks whether the program is installed, which it is not here.
  const unit = join(directory, `${program}.service`);
  writeFileSync(unit, text.replaceAll(`/usr/bin/${program}`, process.execPath));

  it('has no faults that systemd finds', () => {
    expect(run('systemd-analyze', 'verify', unit)).toEqual({ status: 0, output: '' });
  });

  it(`is exposed no more than ${exposure}`, () => {
    const { output } = run('systemd-analyze', 'security', '--offline=yes', '--no-pager', unit);
    const found = /Overall exposure level for \S+: ([\d.]+)/.exec(output)?.[1];
    expect(Number(found)).toBeLessThanOrEqual(exposure);
  });

  it('gives the daemon more time to end than the daemon gives its work', () => {
    const schema = JSON.parse(readFileSync(join(root, `docs/settings/${program}.schema.json`), 'utf8'));
    const timeoutSeconds = Number(/^TimeoutStopSec=(\d+)$/m.exec(text)?.[1]);
    expect(timeoutSeconds * 1000).toBeGreaterThan(schema.properties.stopGraceMs.default + 10_000);
  });

  it('comes with a configuration file that the daemon takes', () => {
    const file = join(root, folder, `systemd/${program}.yaml`);
    expect(text).toContain(`--config /etc/ami-publisher/${basename(file)}`);
    const bin = join(root, folder, `bin/${program}.js`);
    expect(run(process.execPath, bin, 'config', 'check', file)).toEqual({
      status: 0,
      output: `${file}: no faults\n`,
    });
  });
});
