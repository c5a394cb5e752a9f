import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { globSync } from 'tinyglobby';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { builtExample } from '../support/examples.js';
import { createWorld, type Run, root, type World } from '../support/world.js';

let world: World;
beforeAll(async () => {
  world = await createWorld({ accounts: 2, regions: ['eu-west-1', 'us-east-1'] });
  await world.addImage('base/debian/1');
  await world.addImage('base/debian/2');
});
afterAll(() => world?.close());

const runExample = (name: string, ...parameters: string[]): Promise<Run> =>
  runExampleWith({}, name, ...parameters);

const runExampleWith = (
  environment: Readonly<Record<string, string>>,
  name: string,
  ...parameters: string[]
): Promise<Run> => world.executeWith(environment, process.execPath, builtExample(name), ...parameters);

describe('the examples', () => {
  it('import nothing of ours but the SDK', () => {
    const files = globSync('examples/*.ts', { cwd: root });
    expect(files).not.toEqual([]);
    const imported = files.flatMap((file) =>
      [...readFileSync(join(root, file), 'utf8').matchAll(/from '([^']+)'/g)].map(
        ([, specifier]) => specifier,
      ),
    );
    const ours = imported.filter((specifier) => specifier?.startsWith('@ami-publisher/'));
    expect([...new Set(ours)]).toEqual(['@ami-publisher/core']);
  });

  it('[W84] publish.ts publishes to the targets of a selection', async () => {
    const { code, stdout, stderr } = await runExample('publish.ts', 'base/debian', '1', 'staging,*');
    expect(stderr).toMatch(/staging,eu-west-1: Unpack image took \d+ ms/);
    expect(stdout).toMatch(
      /^staging\teu-west-1\tpublished\tami-\w+\nstaging\tus-east-1\tpublished\tami-\w+\n$/,
    );
    expect(code).toBe(0);
  });

  it('plan.ts shows what would be done and does nothing, then does it when it is told to', async () => {
    const wanted = ['plan.ts', 'base/debian', '2', 'development,eu-west-1'] as const;
    const shown = await runExample(...wanted);
    expect(shown.stdout, shown.stderr).toMatch(
      /^development,eu-west-1: use unpacker i-\w+; create a .*; register x86_64 AMI base\/debian\/2\n$/,
    );
    const done = await runExample(...wanted, '--go');
    expect(done.stdout, done.stderr).toMatch(/\npub-\S+: published\n$/);
    const again = await runExample(...wanted);
    expect(again.stdout).toMatch(/^development,eu-west-1: nothing, ami-\w+ has this image already\n$/);
  });

  it('trace.ts makes a span for each step and one for the publication', async () => {
    const { code, stdout, stderr } = await runExample(
      'trace.ts',
      'base/debian',
      '1',
      'development,eu-west-1',
    );
    const spans = [...stdout.matchAll(/^ {2}name: '([^']+)',$/gm)].map(([, name]) => name);
    expect(spans, stderr).toEqual(expect.arrayContaining(['volume', 'unpack', 'snapshot', 'register']));
    expect(spans.at(-1)).toBe('publication');
    expect(stdout).toMatch(/status: 'published'/);
    expect(code).toBe(0);
  });

  it('pinned-images.ts publishes a pinned image, and refuses another', async () => {
    const pins = join(world.directory, 'pins.json');
    const digestOf = async (name: string) =>
      (await world.run('image', 'show', name)).json<{ manifestDigest: string }>().manifestDigest;
    writeFileSync(pins, JSON.stringify({ 'base/debian/2': await digestOf('base/debian/2') }));
    const pinned = await runExample('pinned-images.ts', pins, 'base/debian', '2', 'development,us-east-1');
    expect(pinned.stdout, pinned.stderr).toBe('development\tus-east-1\tpublished\n');
    const other = await runExample('pinned-images.ts', pins, 'base/debian', '1', 'development,us-east-1');
    expect(other.stderr).toMatch(
      /^INVALID_OPTION: base\/debian\/1 has the digest \w+, which is not the pinned/m,
    );
    expect(other.code).toBe(1);
  });

  it('resume.ts finishes a publication that was killed', async () => {
    await world.whenShown(
      /: 1 target\n/,
      (pid) => process.kill(pid, 'SIGKILL'),
      ...['publish', 'base/debian', '2', '--targets', 'staging,us-east-1'],
    );
    const { code, stdout, stderr } = await runExample('resume.ts');
    expect(stdout, stderr).toMatch(/^pub-\S+: finished\n$/);
    expect(code).toBe(0);
    expect((await runExample('resume.ts')).stdout).toBe('');
  });

  it('credentials.ts works with what a broker gives', async () => {
    const keys = readFileSync(world.environment.AWS_SHARED_CREDENTIALS_FILE ?? '', 'utf8');
    const keyOf = (name: string) => new RegExp(`^${name} *= *(\\S+)$`, 'm').exec(keys)?.[1];
    const broker = createServer((request, response) => {
      if (request.url !== '/keys/development') response.writeHead(404).end();
      else
        response.end(
          JSON.stringify({
            accessKeyId: keyOf('aws_access_key_id'),
            secretAccessKey: keyOf('aws_secret_access_key'),
          }),
        );
    });
    await new Promise<void>((resolve) => broker.listen(0, '127.0.0.1', resolve));
    const environment = {
      BROKER: `http://127.0.0.1:${(broker.address() as AddressInfo).port}/keys`,
      // Neither has what the example needs.
      AWS_CONFIG_FILE: '/nowhere',
      AWS_SHARED_CREDENTIALS_FILE: '/nowhere',
    };
    try {
      const { stdout, stderr } = await runExampleWith(
        environment,
        'credentials.ts',
        '*,*',
        'development',
        'other',
      );
      expect(stdout, stderr).toMatch(/^development\t\d{12}\teu-west-1\ndevelopment\t\d{12}\tus-east-1\n$/);
      expect(stderr).toContain('the broker answered 404 for other');
      expect(stderr).toContain('account other (credentials that the program gives)');
    } finally {
      broker.close();
    }
  });

  it('bastion.ts reaches unpackers by a connector of its own', async () => {
    const log = installSsh(join(world.directory, 'ssh'));
    const run = await runExampleWith(
      { PATH: `${join(world.directory, 'ssh')}:${process.env.PATH}`, BASTION: 'ops@bastion' },
      'bastion.ts',
      'staging,*',
    );
    expect(run.stdout, run.stderr).toMatch(
      /^staging eu-west-1 i-\w+ running\nstaging us-east-1 i-\w+ running\n$/,
    );
    expect(run.code).toBe(0);
    expect(readFileSync(log, 'utf8').trim().split('\n')).toHaveLength(2);
  });

  it('bastion.ts says what to do when ssh does not work', async () => {
    const run = await runExampleWith(
      { PATH: `${world.directory}:/nowhere`, BASTION: 'ops@bastion' },
      'bastion.ts',
      'staging,us-east-1',
    );
    expect(run.stdout).toMatch(
      /the SSH connection to i-\w+ by way of ops@bastion has ended; check that `ssh/,
    );
  });
});

/** A program called ssh that forwards its `-L`, and notes it. @returns its log */
const installSsh = (directory: string): string => {
  const log = join(directory, 'ssh.log');
  const script = `#!${process.execPath}
const { appendFileSync } = require('node:fs');
const { connect, createServer } = require('node:net');
const forward = process.argv[process.argv.indexOf('-L') + 1];
const [from, port, to, remotePort] = forward.split(':');
appendFileSync(${JSON.stringify(log)}, forward + '\\n');
createServer((near) => {
  const far = connect(Number(remotePort), to);
  for (const [one, other] of [[near, far], [far, near]]) one.on('error', () => {}).on('close', () => other.destroy()).pipe(other);
}).listen(Number(port), from);
`;
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, 'ssh'), script, { mode: 0o755 });
  return log;
};
