import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DeployedLifecycleServer, deployLifecycleServer } from '../support/lifecycle-server.js';
import { root } from '../support/world.js';

const bin = join(root, 'packages/cli/bin/ami-publisher.js');
const component = `name: openssl
schemaVersion: 1.0
phases:
  - name: build
    steps:
      - name: update
        action: UpdateOS
`;

describe('the command line of the Orchestrator, unchanged, against our server', () => {
  let directory: string;
  let deployed: DeployedLifecycleServer;
  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'ami-publisher-lifecycle-'));
    deployed = await deployLifecycleServer(join(directory, 'database'));
    writeFileSync(join(directory, 'openssl.yaml'), component);
    writeFileSync(join(directory, 'key'), `${deployed.key}\n`);
  });
  afterAll(async () => {
    await deployed?.close();
    rmSync(directory, { recursive: true });
  });

  const run = (...words: string[]): Promise<{ code: number; stdout: string; stderr: string }> =>
    new Promise((resolve) => {
      const env = { PATH: process.env.PATH, HOME: directory, ...deployed.account.environment };
      execFile(process.execPath, [bin, 'lifecycle', ...words], { cwd: root, env }, (error, stdout, stderr) =>
        resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr }),
      );
    });
  const batch = (operation: string, ...words: string[]) =>
    run('--mode', 'BATCH', '--operation', operation, ...words);

  const owner = ['--owner', 'ownername', '--notifications', 'EMAIL::user@example.org'];
  const stackTag = ['--stackTag', 'main'];
  const properties = ['--properties', 'CI_JOB_URL::https://ci.example.org/jobs/8812'];
  const everything = ['SMOKE_TESTS', 'VULNERABILITY_SCANS'].flatMap((event) => ['--events', event]);

  it('[W-C3] [W-C4] [W-A26] takes an AMI from its build to production, and through a patch', async () => {
    const created = await batch(
      'AMI_CREATE',
      ...[...owner, ...stackTag, ...properties, '--events', 'AMI_BUILD_ONLY', '--wait'],
      ...['--productName', 'edge-gateway', '--productVer', '4.2.0'],
    );
    expect(created).toMatchObject({ code: 0, stderr: 'BUILD_AMI COMPLETED\n' });
    expect(created.stdout).toMatch(/^[0-9a-f-]{36}\n$/);
    const id = created.stdout.trim();
    const lifecycle = ['--lifecycleId', id];
    const done = { code: 0, stdout: `${id}\n` };

    const updated = [...owner, ...lifecycle, ...everything, '--events', 'QA_CERTIFICATION_REQUEST', '--wait'];
    expect(await batch('AMI_CREATE_UPDATE', ...updated, ...stackTag)).toMatchObject(done);
    const certified = [...lifecycle, '--stacktag', 'main', '--certificationStatus', 'CERTIFIED', ...owner];
    expect(await batch('AMI_QA_CERTIFICATION', ...certified)).toMatchObject(done);
    const approved = [...lifecycle, ...stackTag, '--approvalStatusAmiCreation', 'APPROVED', '--wait'];
    expect(await batch('AMI_APPROVAL_CREATE', ...approved)).toMatchObject(done);

    const patched = await batch(
      'AMI_PATCH',
      ...[...owner, ...stackTag, ...lifecycle, ...everything, '--semverBumpType', 'MINOR', '--wait'],
      ...['--patchComponent', join(directory, 'openssl.yaml'), '--patchChangeDescription', 'update openssl'],
    );
    expect(patched).toMatchObject(done);
    const [[place, uploaded] = ['', '']] = deployed.account.objects;
    expect(place).toMatch(new RegExp(`^/patch-components/${id}/[0-9a-f]{64}/openssl\\.yaml$`));
    expect(uploaded).toContain('action: UpdateOS');
    const again = await batch('AMI_PATCH_UPDATE', ...owner, ...stackTag, '--lifecycleid', id, ...everything);
    expect(again).toMatchObject(done);
    const released = [...lifecycle, ...stackTag, '--approvalStatusAmiPatch', 'APPROVED', '--wait'];
    expect(await batch('AMI_APPROVAL_PATCH', ...released)).toMatchObject(done);

    const status = await batch('AMI_GET_STATUS_BY_LIFECYCLE_ID', ...lifecycle, ...stackTag);
    expect(JSON.parse(status.stdout)).toMatchObject({
      outputs_ami_patch: { patch_history: { current: { events: [{ status: 'COMPLETED' }, {}, {}, {}] } } },
      properties: { CI_JOB_URL: 'https://ci.example.org/jobs/8812' },
    });
    const timeline = await batch('AMI_TIMELINE_PATCH', ...lifecycle);
    expect(timeline.stdout).toContain('ami-00000000000000002 v1.1.0 111122223333,eu-west-1');
    const url = await batch('AMI_TIMELINE_CREATE', ...lifecycle, '--url');
    expect(url.stdout).toMatch(
      /^http:\/\/\S+\/ami-creation\/lifecycles\/[0-9a-f-]{36}\/timeline\?api_key=\S+\n$/,
    );
    const page = await fetch(url.stdout.trim());
    expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    const server = ['--server', deployed.url, '--api-key-file', join(directory, 'key')];
    const best = await run('select', '--stack-tag', 'main', '--stage', 'qa-certified', '--quiet', ...server);
    expect(best).toEqual({ code: 0, stdout: 'ami-00000000000000002\n', stderr: '' });
    const statuses = await batch('AMI_GET_STATUSES');
    expect(JSON.parse(statuses.stdout)).toMatchObject([{ lifecycle_id: id }]);
  });

  it('[W-C2] ends with 1 and the reason where a rule stands against it, and with 0 only if told to', async () => {
    const { stdout } = await batch(
      ...['AMI_CREATE', ...owner, ...stackTag, '--events', 'AMI_BUILD_ONLY', '--wait'],
      ...['--productName', 'edge-gateway', '--productVer', '4.3.0'],
    );
    const words = ['--lifecycleId', stdout.trim(), ...stackTag, '--approvalStatusAmiCreation', 'APPROVED'];
    const refused = await batch('AMI_APPROVAL_CREATE', ...words);
    expect(refused).toMatchObject({ code: 1, stdout: '' });
    expect(refused.stderr).toMatch(
      / - root - ERROR - .*Unable to proceed with MARK_FOR_PRODUCTION_CREATE event/,
    );
    const legacy = await batch('AMI_APPROVAL_CREATE', ...words, '--legacy-exit');
    expect(legacy).toMatchObject({ code: 0, stdout: expect.stringContaining('Unexpected JSON reponse') });
  });

  it('[W-C8] needs neither region nor stack to give help, and says what is missing otherwise', async () => {
    expect(await run('--mode', 'BATCH', '--help')).toMatchObject({ code: 0, stderr: '' });
    const elsewhere = await batch('AMI_GET_STATUSES', '--stack-name', 'Nowhere');
    expect(elsewhere.code).toBe(1);
    expect(elsewhere.stderr).toContain('there is no stack Nowhere here');
    deployed.account.secrets.delete('/ami-lifecycle/api-keys/ami_creation_timeline_api_key');
    const keyless = await batch('AMI_TIMELINE_CREATE', '--lifecycleId', 'any', '--url');
    expect(keyless).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('ami_creation_timeline_api_key'),
    });
  });
});
