import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type LifecycleStub, lifecycleId, startLifecycleStub } from './support/lifecycle-server.js';
import { runInProcess } from './support/run-in-process.js';

let stub: LifecycleStub;
const directory = mkdtempSync(join(tmpdir(), 'ami-publisher-batch-'));
const head = execFileSync('git', ['rev-parse', 'HEAD'], { encoding: 'utf8' }).trim();

beforeAll(async () => {
  stub = await startLifecycleStub();
});
beforeEach(() => {
  vi.stubEnv('AMI_PUBLISHER_LIFECYCLE_SERVER', stub.endpoint);
  vi.stubEnv('AMI_PUBLISHER_LIFECYCLE_KEY', 'TheKey');
  stub.calls.length = 0;
  stub.answer = () => undefined;
});
afterEach(() => {
  vi.unstubAllEnvs();
});
afterAll(async () => {
  await stub.close();
  rmSync(directory, { recursive: true });
});

const batch = (operation: string, ...words: string[]) =>
  runInProcess('lifecycle', '--mode', 'BATCH', '--operation', operation, ...words);

const events = ['--events', 'SMOKE_TESTS'];
const owner = ['--owner', 'release-bot'];
const stackTag = ['--stackTag', 'main'];
const notifications = ['--notifications', 'EMAIL::team@example.org'];
const request = [...events, ...owner, ...stackTag, ...notifications];
const product = ['--productName', 'edge-gateway', '--productVer', '4.2.0'];
const id = ['--lifecycleId', lifecycleId];
const channels = [{ method: 'EMAIL', target: 'team@example.org' }];
const requested = (enabled: readonly string[], names: readonly string[]) =>
  names.map((name) => ({ name, enabled: enabled.includes(name) }));
const creation = [
  'BUILD_AMI',
  'SMOKE_TESTS_AMI_CREATE',
  'VULNERABILIY_SCANS_AMI_CREATE',
  'QA_CERTIFICATION_REQUEST',
];
const patching = ['PATCH_AMI', 'SMOKE_TESTS_AMI_PATCH', 'VULNERABILITY_SCANS_AMI_PATCH'];
const common = { stack_tag: 'main', owner: 'release-bot', notifications: channels };

describe('the requests of BATCH mode', () => {
  it.each([
    [
      'AMI_CREATE',
      [...request, ...product, '--events', 'QA_CERTIFICATION_REQUEST', '--properties', 'A::b'],
      'POST /ami-creation/lifecycles',
      {
        ...common,
        product_name: 'edge-gateway',
        product_ver: '4.2.0',
        commit_ref: head,
        events: requested([creation[0]!, creation[1]!, creation[3]!], creation),
        properties: { A: 'b' },
      },
    ],
    [
      'AMI_CREATE',
      ['--events', 'AMI_BUILD_ONLY', ...owner, ...stackTag, ...notifications, ...product],
      'POST /ami-creation/lifecycles',
      {
        ...common,
        product_name: 'edge-gateway',
        product_ver: '4.2.0',
        commit_ref: head,
        events: requested(['BUILD_AMI'], creation),
      },
    ],
    [
      'AMI_CREATE_UPDATE',
      [...request, ...id],
      'PUT /ami-creation/lifecycles',
      { ...common, lifecycle_id: lifecycleId, events: requested([creation[1]!], creation) },
    ],
    [
      'AMI_PATCH',
      [
        ...['--events', 'AMI_PATCH_ONLY', ...owner, ...stackTag, ...notifications, ...id],
        ...['--patchComponent', 's3://components/openssl.yaml', '--semverBumpType', 'MINOR'],
        ...['--patchChangeDescription', 'update openssl'],
      ],
      'POST /ami-patch/lifecycles',
      {
        ...common,
        lifecycle_id: lifecycleId,
        commit_ref: head,
        events: requested(['PATCH_AMI'], patching),
        properties: {
          patch_component_url: 's3://components/openssl.yaml',
          patch_change_description: 'update openssl',
          semver_bump_type: 'MINOR',
        },
      },
    ],
    [
      'AMI_PATCH_UPDATE',
      [...request, ...id],
      'PUT /ami-patch/lifecycles',
      {
        ...common,
        lifecycle_id: lifecycleId,
        commit_ref: '',
        events: requested([patching[1]!], patching),
        properties: null,
      },
    ],
    [
      'AMI_QA_CERTIFICATION',
      [...id, ...stackTag, '--certificationStatus', 'CERTIFIED', '--properties', 'qa_owner::j.doe', ...owner],
      `POST /ami-creation/lifecycles/${lifecycleId}/certify`,
      {
        lifecycle_id: lifecycleId,
        stack_tag: 'main',
        certification_status: 'CERTIFIED',
        properties: { qa_owner: 'j.doe' },
      },
    ],
    [
      'AMI_APPROVAL_CREATE',
      [...id, ...stackTag, '--approvalStatusAmiCreation', 'APPROVED'],
      `POST /ami-creation/lifecycles/${lifecycleId}/approve`,
      { lifecycle_id: lifecycleId, stack_tag: 'main', approval_status: 'APPROVED' },
    ],
    [
      'AMI_APPROVAL_PATCH',
      [...id, ...stackTag, '--approvalStatusAmiPatch', 'FAILED'],
      `POST /ami-patch/lifecycles/${lifecycleId}/approve`,
      { lifecycle_id: lifecycleId, stack_tag: 'main', approval_status: 'FAILED' },
    ],
  ])('%s %j is %s', async (operation, words, call, body) => {
    expect(await batch(operation, ...words)).toEqual({ code: 0, out: `${lifecycleId}\n`, error: '' });
    expect(stub.calls).toHaveLength(1);
    const [sent] = stub.calls;
    expect(`${sent?.method} ${sent?.path}`).toBe(call);
    expect(sent).toMatchObject({ key: 'TheKey', body });
    expect(Object.keys(sent?.body as object).sort()).toEqual(Object.keys(body).sort());
  });

  it('carry the key in the body where the server is one of the original', async () => {
    await batch('AMI_CREATE_UPDATE', ...request, ...id, '--legacy-keys');
    expect(stub.calls).toMatchObject([{ key: undefined, body: { api_key: 'TheKey' } }]);
  });

  it('[W-C6] keep what follows the second :: of a value', async () => {
    await batch('AMI_CREATE_UPDATE', ...request, ...id, '--properties', 'KEY::a::b::c');
    expect(stub.calls).toMatchObject([{ body: { properties: { KEY: 'a::b::c' } } }]);
  });
});

const prefix = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} - root - ERROR - /;

describe('a call in BATCH mode that lacks something', () => {
  it.each([
    ['AMI_CREATE', [], 'The events argument is required for AMI_CREATE operation in BATCH mode.'],
    ['AMI_CREATE', events, 'The owner argument is required for AMI_CREATE operation in BATCH mode.'],
    [
      'AMI_CREATE',
      [...events, ...owner],
      'The stacktag argument is required for AMI_CREATE operation in BATCH mode.',
    ],
    [
      'AMI_CREATE',
      [...events, ...owner, ...stackTag],
      'The notifications argument is required for AMI_CREATE operation in BATCH mode.',
    ],
    ['AMI_CREATE', request, 'The productname argument is required for AMI_CREATE operation in BATCH mode.'],
    [
      'AMI_CREATE',
      [...request, '--productName', 'x', '--productVer', ''],
      'The productver argument is required for AMI_CREATE operation in BATCH mode.',
    ],
    ['AMI_PATCH', request, 'The lifecycleId argument is required for AMI_PATCH operation.'],
    [
      'AMI_PATCH',
      [...request, ...id],
      'The patchComponent argument is required for AMI_PATCH operation in BATCH mode.',
    ],
    [
      'AMI_GET_STATUS_BY_LIFECYCLE_ID',
      id,
      'The stackTag argument is required for AMI_GET_STATUS_BY_LIFECYCLE_ID operation.',
    ],
    [
      'AMI_QA_CERTIFICATION',
      id,
      'The certification_status argument is required for AMI_QA_CERTIFICATION in BATCH mode.',
    ],
  ])('%s %j ends with 99 and the text of the original', async (operation, words, text) => {
    const { code, out, error } = await batch(operation, ...words);
    expect({ code, out }).toEqual({ code: 99, out: '' });
    expect(error).toMatch(prefix);
    expect(error.replace(prefix, '')).toBe(`${text}\n`);
    expect(stub.calls).toEqual([]);
  });

  it('[W-C11] is told the right names, and those of the original with --legacy-exit', async () => {
    const approval = await batch('AMI_APPROVAL_CREATE', ...id);
    expect(approval.error).toContain(
      'The approval_status argument is required for AMI_APPROVAL_CREATE in BATCH',
    );
    const legacy = await batch('AMI_APPROVAL_CREATE', ...id, '--legacy-exit');
    expect(legacy.error).toContain(
      'The approval_status argument is required for AMI_QA_CERTIFICATION in BATCH',
    );
    const none = await runInProcess('lifecycle', '--mode', 'BATCH');
    expect(none).toMatchObject({ code: 99, error: expect.stringContaining('The --operation argument is') });
    const old = await runInProcess('lifecycle', '--mode', 'BATCH', '--legacy-exit');
    expect(old).toMatchObject({ code: 99, error: expect.stringContaining('The --operations argument is') });
  });

  it.each([
    [['--notifications', 'EMAIL'], 'The notifications argument must have the form METHOD::TARGET: EMAIL'],
    [['--properties', '::value'], 'The properties argument must have the form KEY::VALUE: ::value'],
  ])('[W-C6] says so of %j', async (words, text) => {
    const { code, error } = await batch('AMI_CREATE_UPDATE', ...request, ...id, ...words);
    expect(code).toBe(99);
    expect(error).toContain(text);
  });

  it.each([
    ['AMI_CREATE', [...request, ...product, '--events', 'AMI_BUILD_ONLY'], 'AMI_BUILD_ONLY leaves no room'],
    ['AMI_CREATE', [...request, ...product, '--events', 'AMI_PATCH_ONLY'], 'AMI_PATCH_ONLY is not one of'],
    ['AMI_CREATE_UPDATE', [...request, ...id, '--events', 'AMI_BUILD_ONLY'], 'AMI_BUILD_ONLY is not one of'],
    [
      'AMI_PATCH_UPDATE',
      [...request, ...id, '--events', 'QA_CERTIFICATION_REQUEST'],
      'QA_CERTIFICATION_REQUEST is not one of',
    ],
  ])('[W-C5] refuses events that do not go together: %s %j', async (operation, words, text) => {
    const { code, error } = await batch(operation, ...words);
    expect(code).toBe(99);
    expect(error).toContain(text);
    expect(stub.calls).toEqual([]);
  });

  it('ends with 2 for what the parser refuses, and 0 for help', async () => {
    const refused = await runInProcess('lifecycle', '--mode', 'BATCH', '--operation', 'AMI_DROP');
    expect(refused.code).toBe(2);
    expect(refused.error).toMatch(/^usage: .*\n.*error: argument --operation: invalid choice: 'AMI_DROP'/);
    const help = await runInProcess('lifecycle', '--mode', 'BATCH', '-h');
    expect(help).toMatchObject({
      code: 0,
      error: '',
      out: expect.stringContaining('--approvalStatusAmiPatch'),
    });
    expect(help.out.split('\n').filter((line) => line.length > 80)).toEqual([]);
  });
});

describe('a call in BATCH mode that the server refuses', () => {
  const refusal = { error: 'Invalid API Key for AMI Lifecycle Create PUT operation.' };
  const words = [...request, ...id];

  it.each([[500], [401]])('[W-C2] ends with 1, and the reason on stderr (status %i)', async (status) => {
    stub.answer = () => ({ status, body: refusal });
    const { code, out, error } = await batch('AMI_CREATE_UPDATE', ...words);
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(error).toMatch(prefix);
    expect(error).toContain(refusal.error);
  });

  it('ends with 0 and the text of the original with --legacy-exit', async () => {
    stub.answer = () => ({ status: 500, body: refusal });
    const { code, out, error } = await batch('AMI_CREATE_UPDATE', ...words, '--legacy-exit');
    expect({ code, out }).toEqual({ code: 0, out: '\nUnexpected JSON reponse, check output for errors\n\n' });
    expect(error).toContain(refusal.error);
  });

  it('ends with 1 where nobody answers', async () => {
    const { code, error } = await batch('AMI_CREATE_UPDATE', ...words, '--server', 'http://127.0.0.1:9');
    expect(code).toBe(1);
    expect(error).toContain('cannot be reached');
  });

  it('prints the whole answer with --json', async () => {
    const { out } = await batch('AMI_CREATE_UPDATE', ...words, '--json');
    expect(JSON.parse(out)).toMatchObject({ lifecycle_id: lifecycleId, notification_channels: channels });
  });
});

describe('a patch component', () => {
  const patch = (file: string) =>
    batch(
      'AMI_PATCH',
      ...request,
      ...id,
      ...['--patchComponent', file, '--semverBumpType', 'PATCH', '--patchChangeDescription', 'x'],
      ...['--patch-bucket', 'components'],
    );

  it.each([
    ['a: [', /at line 1, column \d+/],
    ['schemaVersion: 2.0\nphases: []\n', /schemaVersion: must be 1\.0 at line 1, column 16/],
    [
      'schemaVersion: 1.0\nphases:\n  - name: build\n    steps: []\n',
      /at least one step at line 4, column 12/,
    ],
  ])('[W-C9] is looked at before anything is uploaded or sent: %j', async (text, message) => {
    const file = join(directory, 'component.yaml');
    writeFileSync(file, text);
    const { code, error } = await patch(file);
    expect(code).toBe(2);
    expect(error).toMatch(message);
    expect(stub.calls).toEqual([]);
  });

  it('that is not there is an error that names it', async () => {
    const { code, error } = await patch('/nowhere/component.yaml');
    expect(code).toBe(2);
    expect(error).toContain('/nowhere/component.yaml');
  });
});
