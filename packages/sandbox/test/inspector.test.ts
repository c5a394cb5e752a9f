import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Sandbox, startSandbox } from '@ami-publisher/sandbox';
import { RunInstancesCommand } from '@aws-sdk/client-ec2';
import {
  Inspector2Client,
  ListAccountPermissionsCommand,
  ListCoverageCommand,
  ListFindingsCommand,
} from '@aws-sdk/client-inspector2';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { destroyClients, ec2Client, eventually, expectCode, serviceClientOptions } from './support/aws.js';
import {
  availableVolume,
  completedSnapshot,
  describeImage,
  instanceIn,
  registeredImage,
  registration,
} from './support/resources.js';

const place = { accountId: '111111111111', region: 'us-east-1' };
const paragraph = (name: string, version: string, status = 'install ok installed') =>
  `Package: ${name}\nStatus: ${status}\nVersion: ${version}\n`;

describe('Inspector', () => {
  destroyClients();
  let sandbox: Sandbox;
  let ec2: ReturnType<typeof ec2Client>;
  let client: Inspector2Client;

  beforeAll(async () => {
    sandbox = await startSandbox({ accounts: 2 });
    ec2 = ec2Client(sandbox);
    client = new Inspector2Client(serviceClientOptions(sandbox));
  });
  afterAll(async () => {
    client.destroy();
    await sandbox.close();
  });

  const of = (id: string) => ({
    filterCriteria: { resourceId: [{ comparison: 'EQUALS' as const, value: id }] },
  });

  /** A running instance with what dpkg says is installed. */
  const launched = async (status: string): Promise<string> => {
    const volumeId = await availableVolume(ec2, 'us-east-1a');
    const content = sandbox.model.volumePath(volumeId);
    await mkdir(join(content, 'tree/var/lib/dpkg'), { recursive: true });
    await writeFile(join(content, 'tree/var/lib/dpkg/status'), status);
    await writeFile(join(content, 'seal.json'), '{}');
    const image = await registeredImage(ec2, registration('debian', await completedSnapshot(ec2, volumeId)));
    await eventually(async () =>
      (await describeImage(ec2, image)).State === 'available' ? true : undefined,
    );
    const { Instances = [] } = await ec2.send(
      new RunInstancesCommand({ ImageId: image, MinCount: 1, MaxCount: 1 }),
    );
    await instanceIn(ec2, Instances[0]!.InstanceId!, 'running');
    return Instances[0]!.InstanceId!;
  };

  test('[INSPECT-1] Findings are what is installed below the version that mends it', async () => {
    const known = sandbox.model.services(place);
    known.addVulnerability({ id: 'CVE-2026-0001', package: 'openssl', fixedIn: '3.0.2-2', severity: 'HIGH' });
    known.addVulnerability({ id: 'CVE-2026-0002', package: 'bash', fixedIn: '5.2', severity: 'LOW' });
    known.addVulnerability({ id: 'CVE-2026-0003', package: 'gone', fixedIn: '9', severity: 'CRITICAL' });
    const packages = [
      paragraph('openssl', '3.0.2-1'),
      paragraph('bash', '5.2-1'),
      paragraph('gone', '1', 'deinstall ok config-files'),
    ];
    const id = await launched(packages.join('\n'));
    const { coveredResources } = await client.send(new ListCoverageCommand(of(id)));
    expect(coveredResources).toMatchObject([
      { resourceId: id, scanStatus: { statusCode: 'ACTIVE', reason: 'SUCCESSFUL' } },
    ]);
    const { findings = [] } = await client.send(new ListFindingsCommand(of(id)));
    expect(findings).toHaveLength(1);
    expect(findings[0]).toMatchObject({
      severity: 'HIGH',
      packageVulnerabilityDetails: {
        vulnerabilityId: 'CVE-2026-0001',
        vulnerablePackages: [{ name: 'openssl', version: '3.0.2-1', fixedInVersion: '3.0.2-2' }],
      },
    });
    expect(findings[0]?.firstObservedAt).toBeInstanceOf(Date);
  });

  test('[INSPECT-2] Coverage says why an instance is not scanned', async () => {
    const instance = { account: place.accountId, region: place.region, name: 'plain' };
    const reason = async (id: string) => {
      const { coveredResources = [] } = await client.send(new ListCoverageCommand(of(id)));
      return coveredResources.map(({ scanStatus }) => scanStatus?.reason);
    };
    expect(await reason(await sandbox.addInstance(instance))).toEqual(['UNSUPPORTED_OS']);
    expect(await reason(await sandbox.addInstance({ ...instance, ssmAgent: false }))).toEqual([
      'UNMANAGED_EC2_INSTANCE',
    ]);
    expect(await reason(await sandbox.addInstance({ ...instance, state: 'stopped' }))).toEqual([
      'PENDING_INITIAL_SCAN',
    ]);
    expect(await reason('i-0123456789abcdef0')).toEqual([]);
  });

  test('[INSPECT-3] Scanning is enabled, lists come in pages, and filters that are not known are refused', async () => {
    const { permissions } = await client.send(new ListAccountPermissionsCommand({ service: 'EC2' }));
    expect(permissions).toContainEqual({ service: 'EC2', operation: 'ENABLE_SCANNING' });
    const first = await client.send(new ListCoverageCommand({ maxResults: 1 }));
    const second = await client.send(new ListCoverageCommand({ maxResults: 1, nextToken: first.nextToken }));
    expect(first.coveredResources?.[0]?.resourceId).not.toBe(second.coveredResources?.[0]?.resourceId);
    const byTitle = { filterCriteria: { title: [{ comparison: 'EQUALS' as const, value: 'x' }] } };
    await expectCode(client.send(new ListFindingsCommand(byTitle)), 'ValidationException');
    sandbox.model.faults.add({ kind: 'deny', action: 'ListFindings', count: 1 });
    await expectCode(client.send(new ListFindingsCommand({})), 'AccessDeniedException');
  });
});
