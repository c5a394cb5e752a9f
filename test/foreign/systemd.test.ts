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

/** Of every daemon. */
const hardening = ['NoNewPrivileges=yes', 'ProtectSystem=strict', 'ProtectHome=yes', 'DevicePolicy=closed'];

const daemons = [
  {
    program: 'image-unpacker',
    folder: 'packages/unpacker',
    // What `systemd-analyze security` says of the unit at most: 0 is a service that can do nothing, 10 one that may do anything.
    exposure: 3.2,
    hardening: [...hardening, 'PrivateMounts=yes', 'RestrictNamespaces=yes', 'StateDirectoryMode=0700'],
    capabilities: [
      'CAP_CHOWN',
      'CAP_DAC_OVERRIDE',
      'CAP_FOWNER',
      'CAP_FSETID',
      'CAP_MKNOD',
      'CAP_SETFCAP',
      'CAP_SYS_ADMIN',
    ],
  },
  {
    program: 'imageserver',
    folder: 'packages/imageserver',
    exposure: 1.5,
    hardening: [...hardening, 'User=imageserver'],
    capabilities: [],
  },
];

describe.each(daemons)('the systemd unit of $program', ({ program, folder, exposure, ...rights }) => {
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

  it('[U62] keeps to itself what it does, and has no right that it has no use for', () => {
    const lines = text.split('\n');
    expect(lines).toEqual(expect.arrayContaining(rights.hardening));
    const capabilities = lines.filter((line) => line.startsWith('CapabilityBoundingSet='));
    expect(capabilities).toEqual([`CapabilityBoundingSet=${rights.capabilities.join(' ')}`]);
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
