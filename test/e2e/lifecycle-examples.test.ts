import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { creationEvents, LifecycleClient, type LifecycleEvent } from '@ami-publisher/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { product } from '../../packages/cli/src/demo/lifecycle/products.js';
import { component } from '../../packages/cli/src/demo/lifecycle/release.js';
import { builtExample } from '../support/examples.js';
import { type ServedLifecycles, serveLifecycles } from '../support/served-lifecycles.js';

const whoAsks = ['--owner', 'ownername', '--notifications', 'EMAIL::user@domain.com'];
const eventsOf = (...names: readonly string[]) => names.flatMap((name) => ['--events', name]);

/**
 * The calls of the original's documents, in the order in which a lifecycle takes them: their operation, what follows it, and the event after which the next
 * can be made. Only the id, and where the component is, are those of the run.
 */
const examples: readonly (readonly [string, readonly string[], LifecycleEvent])[] = [
  [
    'AMI_CREATE_UPDATE',
    eventsOf('SMOKE_TESTS', 'VULNERABILITY_SCANS', 'QA_CERTIFICATION_REQUEST'),
    'QA_CERTIFICATION_REQUEST',
  ],
  ['AMI_QA_CERTIFICATION', ['--certificationStatus', 'CERTIFIED'], 'QA_CERTIFICATION_RESPONSE'],
  ['AMI_APPROVAL_CREATE', ['--approvalStatusAmiCreation', 'APPROVED'], 'MARK_FOR_PRODUCTION_CREATE'],
  [
    'AMI_PATCH',
    [
      ...[...eventsOf('AMI_PATCH_ONLY'), '--patchComponent', 'COMPONENT', '--semverBumpType', 'MINOR'],
      ...['--patchChangeDescription', 'Adds Apache Httpd. Sets Apache Httpd to start on boot.'],
    ],
    'PATCH_AMI',
  ],
  ['AMI_PATCH_UPDATE', eventsOf('SMOKE_TESTS', 'VULNERABILITY_SCANS'), 'VULNERABILITY_SCANS_AMI_PATCH'],
  ['AMI_APPROVAL_PATCH', ['--approvalStatusAmiPatch', 'APPROVED'], 'MARK_FOR_PRODUCTION_PATCH'],
];

let served: ServedLifecycles;
let client: LifecycleClient;
let file: string;
let id: string;

beforeAll(async () => {
  served = await serveLifecycles();
  client = new LifecycleClient({ connection: { endpoint: served.url, apiKey: served.key } });
  file = join(served.world.directory, 'sample_component.yaml');
  writeFileSync(file, component);
});
afterAll(() => served?.close());

const call = (operation: string, ...words: readonly string[]) =>
  served.world.runWith(
    served.environment,
    ...['lifecycle', '--mode', 'BATCH', '--operation', operation, '--stackTag', 'main', ...whoAsks],
    ...words.map((word) => (word === 'COMPONENT' ? file : word)),
  );
const ended = (event: LifecycleEvent) => client.waitFor(id, event, { timeoutMs: 90_000, pollMs: 250 });

describe('the calls of the documents of the original, against `ami-orchestrator serve --legacy`', () => {
  it('[W-A27] AMI_CREATE prints the id, and the AMI gets the first version', async () => {
    const named = ['--productVer', '1.0.0', '--productName', 'My Product Name'];
    const { code, stdout, stderr } = await call('AMI_CREATE', ...eventsOf('AMI_BUILD_ONLY'), ...named);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^[0-9a-f-]{36}\n$/);
    id = stdout.trim();
    expect(await ended('BUILD_AMI')).toMatchObject({
      status: 'COMPLETED',
      result: { properties: { ami_details: [{ ami_semver: '1.0.0' }, {}] } },
    });
  });

  it.each(examples)('%s prints the id, and does what it says', async (operation, words, event) => {
    const { code, stdout, stderr } = await call(operation, '--lifecycleId', id, ...words);
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: `${id}\n`, stderr: '' });
    expect(await ended(event)).toMatchObject({ status: 'COMPLETED' });
  });

  it('[W-A27] the status has the timelines under the names that records have', async () => {
    const one = await call('AMI_GET_STATUS_BY_LIFECYCLE_ID', '--lifecycleId', id);
    expect(one.json()).toMatchObject({
      lifecycle_id: id,
      product_name: 'My Product Name',
      timeline: { ami_creation: expect.stringContaining(id), ami_patch: expect.stringContaining(id) },
    });
    expect((await call('AMI_GET_STATUSES')).json()).toMatchObject([{ lifecycle_id: id }]);
  });

  it.each(['AMI_TIMELINE_CREATE', 'AMI_TIMELINE_PATCH'])('%s shows how far it is', async (operation) => {
    const { code, stdout } = await call(operation, '--lifecycleId', id);
    expect(code).toBe(0);
    expect(stdout.match(/^● .*COMPLETED/gm)).toHaveLength(operation === 'AMI_TIMELINE_PATCH' ? 4 : 6);
  });

  it('the URLs that the original prints are answered with pages and records', async () => {
    const { stdout } = await call('AMI_TIMELINE_CREATE', '--lifecycleId', id, '--url');
    expect(stdout).toMatch(/\/ami-creation\/lifecycles\/[0-9a-f-]{36}\/timeline\?api_key=\S+\n$/);
    const page = await fetch(stdout.trim());
    expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    const { stdout: statuses } = await call('AMI_GET_STATUSES', '--url');
    expect(await (await fetch(statuses.trim())).json()).toMatchObject([{ lifecycle_id: id }]);
  });

  it('a call that a rule stands against ends as that of the original where that is wanted', async () => {
    const again = await call(
      ...['AMI_APPROVAL_CREATE', '--lifecycleId', id, '--approvalStatusAmiCreation'],
      ...['APPROVED', '--legacy-exit'],
    );
    expect(again).toMatchObject({
      code: 0,
      stdout: '\nUnexpected JSON reponse, check output for errors\n\n',
    });
    const { code, stdout } = await call('AMI_CREATE', ...eventsOf('AMI_BUILD_ONLY'));
    expect({ code, stdout }).toEqual({ code: 99, stdout: '' });
  });
});

describe('examples/lifecycle.ts', () => {
  it('takes an AMI from its build to production', async () => {
    const keyFile = join(served.world.directory, 'key');
    writeFileSync(keyFile, served.key);
    const { code, stdout, stderr } = await served.world.executeWith(
      { ORCHESTRATOR: served.url, ORCHESTRATOR_KEY_FILE: keyFile },
      ...[process.execPath, builtExample('lifecycle.ts'), product.name, product.version],
    );
    expect(stdout.trim().split('\n'), stderr).toEqual(creationEvents.map((event) => `${event}: COMPLETED`));
    expect(code).toBe(0);
  });
});
