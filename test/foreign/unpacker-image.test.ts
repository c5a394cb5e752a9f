import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../..');
const directory = mkdtempSync(join(tmpdir(), 'ami-publisher-image-'));
afterAll(() => rmSync(directory, { recursive: true }));

const page = readFileSync(join(root, 'docs/unpacker.md'), 'utf8');
const userData = /^```sh\n(#!.*?)^```$/ms.exec(page)?.[1] ?? '';

/** What the user data writes to a file. */
const written = (path: string): string => {
  const [, text] = userData.split(`cat > ${path} <<'END'\n`);
  if (text === undefined) throw new Error(`the user data does not write ${path}`);
  return text.slice(0, text.indexOf('\nEND\n') + 1);
};

const run = (command: string, parameters: readonly string[], options: { env?: NodeJS.ProcessEnv } = {}) => {
  const { status, stdout, stderr } = spawnSync(command, parameters, { encoding: 'utf8', ...options });
  return { status, output: `${stdout}${stderr}` };
};
const silent = { status: 0, output: '' };

const put = (name: string, text: string, mode = 0o644): string => {
  const path = join(directory, name);
  writeFileSync(path, text, { mode });
  return path;
};

describe('the user data that makes the first AMI of an unpacker', () => {
  it('is a script, and so is what it installs', () => {
    expect(run('sh', ['-n', put('user-data', userData)])).toEqual(silent);
    expect(run('sh', ['-n', put('fetch', written('/usr/local/sbin/unpacker-certificates'))])).toEqual(silent);
  });

  it('writes settings that the daemon takes', () => {
    const file = put('settings.yaml', written('/etc/ami-publisher/image-unpacker.yaml'));
    const bin = join(root, 'packages/unpacker/bin/image-unpacker.js');
    expect(run(process.execPath, [bin, 'config', 'check', file])).toEqual({
      status: 0,
      output: `${file}: no faults\n`,
    });
  });

  it('writes units in which systemd finds no faults', () => {
    const folder = '/etc/systemd/system';
    const service = written(`${folder}/unpacker-certificates.service`);
    const units = [
      put('unpacker-certificates.service', service.replace(/(?<=ExecStart=).+/, process.execPath)),
      put('unpacker-certificates.timer', written(`${folder}/unpacker-certificates.timer`)),
      put(
        'image-unpacker.service',
        `${written(`${folder}/image-unpacker.service.d/place.conf`)}ExecStart=${process.execPath}\n`,
      ),
    ];
    expect(run('systemd-analyze', ['verify', ...units])).toEqual(silent);
  });

  it('has the instance fetch its own certificate into files that nobody else can read', () => {
    const place = { accountId: '123456789012', region: 'eu-west-1' };
    const secret = { 'CA.pem': 'authority\n', 'unpacker.cert': 'certificate\n', 'unpacker.key': 'key\n' };
    put(
      'curl',
      `#!/bin/sh\ncase "$*" in *token) echo token ;; *) echo '${JSON.stringify(place)}' ;; esac\n`,
      0o755,
    );
    put(
      'aws',
      `#!/bin/sh\n[ "$2" = eu-west-1 ] || exit 1\nprintf '%s\\n' '${JSON.stringify(secret)}'\n`,
      0o755,
    );
    const target = mkdtempSync(join(directory, 'etc-'));
    const script = written('/usr/local/sbin/unpacker-certificates').replace('/etc/ami-publisher', target);
    const env = { ...process.env, PATH: [directory, process.env.PATH].join(delimiter) };

    expect(run('sh', [put('fetch', script)], { env })).toEqual(silent);

    expect(readdirSync(target).sort()).toEqual(['CA.pem', 'place.env', 'unpacker.cert', 'unpacker.key']);
    expect(readFileSync(join(target, 'unpacker.key'), 'utf8')).toBe('key\n');
    expect(statSync(join(target, 'unpacker.key')).mode & 0o777).toBe(0o600);
    expect(readFileSync(join(target, 'place.env'), 'utf8')).toBe(
      'IMAGE_UNPACKER_ACCOUNT=123456789012\nIMAGE_UNPACKER_REGION=eu-west-1\n',
    );
  });
});
