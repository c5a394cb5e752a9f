import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { silentLogger } from '@ami-publisher/base';
import {
  type CreatePatchRequest,
  type CreateRequest,
  fromTagList,
  LifecycleClient,
} from '@ami-publisher/core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Orchestrator } from '../src/start-orchestrator.js';
import { startWithExecutors } from '../src/start-with-executors.js';
import { embeddedDatabase } from './support/databases.js';
import { createExecutorWorld, type ExecutorWorld, stream } from './support/executor-world.js';
import { creationEvents, requests } from './support/requests.js';

const qa = 'QA_CERTIFICATION_REQUEST';
const packages = ['Package: openssl', 'Status: install ok installed', 'Version: 3.0.2-1', ''].join('\n');

describe('A server with executors', () => {
  let world: ExecutorWorld;
  let server: Orchestrator;
  let client: LifecycleClient;

  beforeAll(async () => {
    world = await createExecutorWorld();
    const { sandbox, accountName, directory } = world;
    const region = sandbox.regions[0]!;
    await world.addImage('1', { 'etc/release': 'one\n', 'var/lib/dpkg/status': packages });
    sandbox.model.addBucket('components', world.accountId, region);
    const file = join(directory, 'executors.yaml');
    const configuration = {
      publisher: {
        accounts: { [accountName]: { profile: accountName } },
        imageServer: sandbox.imageServer,
        certificates: sandbox.certificatesDirectory,
        journal: join(directory, 'journals'),
      },
      products: [
        {
          ...{ stream, targets: `${accountName},${region}`, primary: `${accountName},${region}` },
          smokeTests: [{ fileExists: '/etc/release' }],
        },
      ],
    };
    writeFileSync(file, JSON.stringify(configuration));
    const database = await embeddedDatabase();
    server = await startWithExecutors({ database, heartbeatMs: 1_000 }, file, silentLogger);
    const roles = ['requester', 'qa', 'approver'] as const;
    const apiKey = await server.keys.create({ name: 'all', roles, operations: [] });
    client = new LifecycleClient({ connection: { endpoint: server.url, apiKey } });
  });
  afterAll(async () => {
    await server.close();
    await world.close();
  });

  test('[W-E13] takes a release from its build through tests and a scan, and tags its AMI with what came out', async () => {
    const known = { id: 'CVE-2026-0001', package: 'openssl', fixedIn: '4', severity: 'LOW' } as const;
    const region = world.sandbox.regions[0]!;
    world.sandbox.model.services({ accountId: world.accountId, region }).addVulnerability(known);
    const events = creationEvents('BUILD_AMI', 'SMOKE_TESTS_AMI_CREATE', 'VULNERABILIY_SCANS_AMI_CREATE');
    const { lifecycle_id: id } = await client.create({
      ...requests.create(),
      product_ver: '"1" & \'2\'',
      events,
    } as CreateRequest);
    const wait = { timeoutMs: 50_000, pollMs: 500 };
    const scanned = await client.waitFor(id, 'VULNERABILIY_SCANS_AMI_CREATE', wait);
    expect(scanned).toMatchObject({ status: 'COMPLETED' });
    const tags = async () => {
      const { images } = await world.sandbox.model.inventory(world.accountId, region);
      return images
        .map(({ Tags }) => fromTagList(Tags))
        .find(({ AMI_LC_LIFECYCLE_ID }) => AMI_LC_LIFECYCLE_ID === id);
    };
    await expect.poll(tags, { timeout: 10_000 }).toMatchObject({
      AMI_LC_CURRENT_AMI_SEMVER: '1.0.0',
      AMI_LC_PRODUCT_VER: '"1" & \'2\'',
      AMI_LC_EVENT_SMOKE_TESTS_AMI_CREATE_STATUS: 'COMPLETED',
      AMI_LC_EVENT_VULNERABILIY_SCANS_AMI_CREATE_TOTAL_VULNERABILITIES: '1',
    });
  });

  test('refuses an export for QA that the configuration says nothing of, and links to none', async () => {
    const events = creationEvents('BUILD_AMI', 'SMOKE_TESTS_AMI_CREATE', 'VULNERABILIY_SCANS_AMI_CREATE', qa);
    const asked = client.create({ ...requests.create(), events } as CreateRequest);
    await expect(asked).rejects.toMatchObject({ code: 'PRODUCT_NOT_CONFIGURED' });
    const { lifecycle_id: id } = await client.create({
      ...requests.create(),
      events: creationEvents('BUILD_AMI'),
    } as CreateRequest);
    await expect(client.exportLink(id)).rejects.toMatchObject({ code: 'EXPORT_NOT_FOUND' });
  });

  test('refuses a patch whose component it could not carry out, before anything is begun', async () => {
    const events = creationEvents('BUILD_AMI');
    const { lifecycle_id: id } = await client.create({ ...requests.create(), events } as CreateRequest);
    await client.waitFor(id, 'BUILD_AMI', { timeoutMs: 50_000, pollMs: 500 });
    const steps = '[{ name: x, action: Reboot }]';
    const component = `schemaVersion: 1.0\nphases:\n  - name: build\n    steps: ${steps}\n`;
    await world.putObject('components', 'reboot.yaml', component);
    const ask = (url: string) => {
      const request = requests.createPatch(id);
      const properties = { ...request.properties, patch_component_url: url };
      return client.createPatch({ ...request, properties } as CreatePatchRequest);
    };
    await expect(ask('s3://components/reboot.yaml')).rejects.toThrow('reboot.yaml:4:');
    await expect(ask('s3://components/none.yaml')).rejects.toThrow(
      'The specified patch_component_url, s3://components/none.yaml, does not exist in S3. This is a mandatory attribute. Please verify the location and existence of this file and try again. The specific error message is: ',
    );
  });
});
