import { execFileSync } from 'node:child_process';
import { selectionStages } from '@ami-publisher/core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { lifecycleGroup } from '../src/commands/groups/lifecycles.js';
import { type LifecycleStub, lifecycleId, startLifecycleStub } from './support/lifecycle-server.js';
import { runInProcess } from './support/run-in-process.js';

let stub: LifecycleStub;
const head = execFileSync('git', ['rev-parse', 'HEAD'], { encoding: 'utf8' }).trim();
const channels = [{ method: 'EMAIL', target: 'team@example.org' }];
const result = (name: string, status = 'COMPLETED') => ({
  ...{ name, status, lifecycle_id: lifecycleId, status_date: '03/14/2026, 10:12:40' },
});
const record = (more = {}) => ({
  lifecycle_id: lifecycleId,
  creation_date: '03/14/2026, 09:26:53',
  stack_tag: 'release-9',
  owner: 'release-bot',
  notifications: channels,
  product_name: 'edge-gateway',
  product_ver: '4.2.0',
  inputs_ami_creation: { events: [] },
  outputs_ami_creation: { events: [result('BUILD_AMI')] },
  ...more,
});

beforeAll(async () => {
  stub = await startLifecycleStub();
});
beforeEach(() => {
  vi.stubEnv('AMI_PUBLISHER_LIFECYCLE_SERVER', stub.endpoint);
  vi.stubEnv('AMI_PUBLISHER_LIFECYCLE_KEY', 'TheKey');
  stub.calls.length = 0;
  stub.answer = ({ method }) => (method === 'GET' ? { status: 200, body: record() } : undefined);
});
afterEach(() => {
  vi.unstubAllEnvs();
});
afterAll(() => stub.close());

const lifecycle = (...words: string[]) => runInProcess('lifecycle', ...words);
const writes = () => stub.calls.filter(({ method }) => method !== 'GET');

describe('the stages of a selection', () => {
  it('are the choices of the command', () => {
    const command = lifecycleGroup.commands[0]?.commands?.find(({ name }) => name === 'select');
    const choices = command?.options?.find(({ flags }) => flags.startsWith('--stage'))?.choices;
    expect(choices).toEqual(selectionStages.map((stage) => stage.toLowerCase().replaceAll('_', '-')));
  });
});

describe('the lifecycle commands', () => {
  it('give the link to what was exported for QA', async () => {
    const url = 'https://disks.s3.us-east-1.amazonaws.com/disk.vmdk?X-Amz-Signature=s';
    const link = { url, expires_at: '2026-11-23T12:00:00.000Z', bytes: 4_096, file: 'disk.vmdk' };
    stub.answer = ({ path }) =>
      path === `/lifecycles/${lifecycleId}/export` ? { status: 200, body: link } : undefined;
    const { code, out } = await lifecycle('export', lifecycleId);
    expect({ code, link: JSON.parse(out) }).toEqual({ code: 0, link });
    expect((await lifecycle('export', lifecycleId, '--url')).out).toBe(`${url}\n`);
  });

  it('create a lifecycle of the commit that is checked out', async () => {
    const { code, out } = await lifecycle(
      ...['create', '--product-name', 'edge', '--product-version', '4.2.0', '--stack-tag', 'main'],
      ...['--owner', 'me', '--notify', 'email=team@example.org', '--event', 'all', '--property', 'A=b=c'],
    );
    expect({ code, id: JSON.parse(out).lifecycle_id }).toEqual({ code: 0, id: lifecycleId });
    expect(writes()).toMatchObject([
      {
        body: {
          ...{ owner: 'me', stack_tag: 'main', product_name: 'edge', product_ver: '4.2.0', commit_ref: head },
          notifications: channels,
          events: [{ enabled: true }, { enabled: true }, { enabled: true }, { enabled: true }],
          properties: { A: 'b=c' },
        },
      },
    ]);
  });

  it.each([
    [['update', lifecycleId, '--event', 'smoke-tests'], 'PUT', '/ami-creation/lifecycles'],
    [['continue', lifecycleId, '--event', 'smoke-tests'], 'PUT', '/ami-patch/lifecycles'],
    [['certify', lifecycleId], 'POST', `/ami-creation/lifecycles/${lifecycleId}/certify`],
    [['approve', lifecycleId], 'POST', `/ami-creation/lifecycles/${lifecycleId}/approve`],
    [['approve', lifecycleId, '--patch'], 'POST', `/ami-patch/lifecycles/${lifecycleId}/approve`],
    [['patch', lifecycleId, 's3://components/a.yaml', '--description', 'x'], 'POST', '/ami-patch/lifecycles'],
  ])('%j take the stack tag and the rest from the lifecycle', async (words, method, path) => {
    const { code } = await lifecycle(...words);
    expect(code).toBe(0);
    expect(writes()).toMatchObject([
      { method, path, body: { lifecycle_id: lifecycleId, stack_tag: 'release-9' } },
    ]);
  });

  it('refuse an AMI where told to', async () => {
    await lifecycle('certify', lifecycleId, '--refuse', '--property', 'reason=boot');
    await lifecycle('approve', lifecycleId, '--refuse');
    expect(writes()).toMatchObject([
      { body: { certification_status: 'FAILED', properties: { reason: 'boot' } } },
      { body: { approval_status: 'FAILED' } },
    ]);
  });

  it('[W-C4] wait for the events that were asked for, and fail with the first that fails', async () => {
    const failed = { outputs_ami_creation: { events: [result('SMOKE_TESTS_AMI_CREATE', 'FAILED')] } };
    stub.answer = ({ method }) => (method === 'GET' ? { status: 200, body: record(failed) } : undefined);
    const words = [
      'update',
      lifecycleId,
      '--event',
      'smoke-tests',
      '--event',
      'vulnerability-scans',
      '--wait',
    ];
    const { code, out } = await lifecycle(...words);
    expect(code).toBe(1);
    expect(JSON.parse(out).ended).toEqual({ event: 'SMOKE_TESTS_AMI_CREATE', status: 'FAILED' });
  });

  it('[W-C4] show where a lifecycle is, in the forms of all commands', async () => {
    const json = await lifecycle('status', lifecycleId, '--query', 'outputs_ami_creation.events[0].name');
    expect(json).toMatchObject({ code: 0, out: '"BUILD_AMI"\n' });
    const text = await lifecycle('status', lifecycleId, '--watch', '--output', 'text');
    expect(text.out.split('\n')[0]).toBe('BUILD_AMI\tCOMPLETED\t03/14/2026, 10:12:40\t');
    const drawn = await lifecycle('timeline', lifecycleId);
    expect(drawn.out).toContain('● AMI Build and Creation      COMPLETED');
    const url = await lifecycle('timeline', lifecycleId, '--patch', '--url');
    expect(url.out).toBe(`${stub.endpoint}/ami-patch/lifecycles/${lifecycleId}/timeline\n`);
  });

  it.each(['cancel', 'retry'])('%s what a lifecycle does', async (word) => {
    expect((await lifecycle(word, lifecycleId)).code).toBe(0);
    expect(writes()).toMatchObject([
      { method: 'POST', path: `/lifecycles/${lifecycleId}/${word}`, key: 'TheKey' },
    ]);
  });

  it('[W-C10] select an AMI by criteria, its id alone where that is wanted', async () => {
    const ami = {
      ...{ ami_id: 'ami-1', ami_semver: '1.0.0', aws_region: 'eu-west-1', account_id: '111122223333' },
      ...{ lifecycle_id: lifecycleId, lifecycle_type: 'ami-creation', lifecycle_event: 'BUILD_AMI' },
      ...{ stack_tag: 'main', product_name: 'edge', product_ver: '4.2.0', commit_ref: 'a' },
    };
    stub.answer = () => ({ status: 200, body: ami });
    const words = ['select', '--stack-tag', 'main', '--stage', 'qa-certified', '--ami-region', 'eu-west-1'];
    expect(await lifecycle(...words, '--quiet')).toEqual({ code: 0, out: 'ami-1\n', error: '' });
    expect(JSON.parse((await lifecycle(...words)).out)).toEqual(ami);
    const [path, query] = stub.calls[0]?.path.split('?') ?? [];
    expect(path).toBe('/amis/selected');
    expect(Object.fromEntries(new URLSearchParams(query))).toEqual({
      ...{ stack_tag: 'main', lifecycle_event: 'QA_CERTIFIED', aws_region: 'eu-west-1' },
    });
  });

  it('[W-C10] end with 1 where no AMI is found', async () => {
    stub.answer = () => ({ status: 404, body: { error: 'no AMI meets it', code: 'AMI_NOT_FOUND' } });
    const { code, out, error } = await lifecycle('select', '--stack-tag', 'main', '--quiet');
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(error).toContain('error AMI_NOT_FOUND: ');
  });

  it('list lifecycles by what a server is asked for', async () => {
    stub.answer = () => ({ status: 200, body: [record(), record()] });
    const { out } = await lifecycle('list', '--stack-tag', 'main', '--limit', '1', '--output', 'text');
    expect(out).toBe(
      `${lifecycleId}\trelease-9\tedge-gateway\t4.2.0\t03/14/2026, 09:26:53\trelease-bot\tBUILD_AMI COMPLETED\n`,
    );
    expect(stub.calls[0]?.path).toContain('stack_tag=main');
  });

  it.each([
    [['create', '--event', 'smoke'], 2, 'to be all, smoke-tests, vulnerability-scans, qa-certification'],
    [['create', '--stack-tag', 'main'], 2, '--owner is needed'],
    [['create', '--stack-tag', 'main', '--owner', 'me'], 2, '--notify is needed'],
    [
      ['create', '--stack-tag', 'a', '--owner', 'b', '--notify', 'EMAIL=c@d.org'],
      2,
      '--product-name is needed',
    ],
    [['continue', lifecycleId, '--event', 'qa-certification-request'], 2, 'expected `event` to be all,'],
    [['patch', lifecycleId, 's3://a/b'], 2, '--description is needed'],
    [['update', 'one'], 2, 'lifecycle_id: a UUID'],
    [['update', lifecycleId, '--notify', 'SMS=1'], 2, 'notifications.0.method'],
    [['list', '--limit', '0'], 2, 'a whole number of at least 1'],
    [['status', lifecycleId, '--timeout', 'soon'], 2, 'a duration such as'],
    [['status', lifecycleId, '--server', 'nowhere'], 2, 'an http or https URL'],
    [['status', lifecycleId, '--api-key-file', '/nowhere'], 2, 'cannot read a key from /nowhere'],
  ])('%j end with %i and say why', async (words, code, message) => {
    const ended = await lifecycle(...words);
    expect(ended).toMatchObject({ code, out: '', error: expect.stringContaining(message) });
    expect(writes()).toEqual([]);
  });

  it('end with 1, the code and the text of a refusal', async () => {
    stub.answer = () => ({ status: 404, body: { error: 'no such lifecycle', code: 'LIFECYCLE_NOT_FOUND' } });
    const { code, error } = await lifecycle('status', lifecycleId);
    expect(code).toBe(1);
    expect(error).toContain('LIFECYCLE_NOT_FOUND: ');
    expect(error).toContain('no such lifecycle');
  });
});
