import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  identities,
  instanceProfilePolicy,
  pagePolicies,
  policiesFor,
} from '../../../test/support/iam-page.js';
import { build } from '../src/executors/build.js';
import { createExecutors } from '../src/executors/executors.js';
import { checkExport } from '../src/executors/export/check-export.js';
import { exportLink } from '../src/executors/export/export-link.js';
import { qaExport } from '../src/executors/export/qa-export.js';
import { fetchComponent } from '../src/executors/patch/fetch-component.js';
import { pinBuild } from '../src/executors/pin-build.js';
import { production } from '../src/executors/production.js';
import { qaRequest } from '../src/executors/qa-request.js';
import { smokeTests } from '../src/executors/smoke-tests.js';
import { vulnerabilityScan } from '../src/executors/vulnerability-scan.js';
import { workTags } from '../src/executors/work-tags.js';
import type { Work } from '../src/jobs/executor.js';
import type { AmiDetails } from '../src/lifecycles/state.js';
import { reconcile } from '../src/tags/reconcile.js';
import { imageBuilderSuite } from './suite/image-builder.js';
import {
  createExecutorWorld,
  type ExecutorWorld,
  instanceProfile,
  stream,
} from './support/executor-world.js';
import { completed, patchWork, pinned, workOn } from './support/work.js';

const { signal } = new AbortController();
const packages = ['Package: openssl', 'Status: install ok installed', 'Version: 3.0.2-1', ''].join('\n');

/** Lets the account of production, and that of QA, use what is encrypted. */
const keyPolicy = (owner: string) => ({
  Version: '2012-10-17' as const,
  Statement: [owner, '222222222222', '333333333333'].map((id) => ({
    Effect: 'Allow' as const,
    Principal: { AWS: `arn:aws:iam::${id}:root` },
    Action: 'kms:*',
    Resource: '*',
  })),
});

/** What the page says that the executors need on top of publishing. */
const policies = [pagePolicies.lifecycle, pagePolicies.imageBuilder, instanceProfilePolicy(instanceProfile)];

describe('Executors on the sandbox', () => {
  let world: ExecutorWorld;
  let amis: readonly AmiDetails[];

  beforeAll(async () => {
    world = await createExecutorWorld({
      policies: policiesFor(...policies),
    });
    await world.addImage('1', { 'etc/release': 'one\n', 'var/lib/dpkg/status': packages });
    // AMIs of the default key, and of one that lets nobody else in, could not be shared.
    const { model, regions } = world.sandbox;
    for (const region of regions)
      model.addKmsKey({ accountId: world.accountId, region }, 'alias/amis', keyPolicy(world.accountId));
    const work = workOn('BUILD_AMI');
    const { properties } = await build(world.services({ kmsKey: 'alias/amis' })).run(work, signal);
    amis = properties?.ami_details as readonly AmiDetails[];
  });
  afterAll(() => world.close());

  /** Somebody whom no policy binds. */
  const root = () => ({
    ...{ accountId: world.accountId, userId: world.accountId, isSession: false },
    arn: `arn:aws:iam::${world.accountId}:root`,
  });

  const instances = async () => {
    const region = world.sandbox.regions[0]!;
    const { instances: all } = await world.sandbox.model.inventory(world.accountId, region);
    return all.filter(
      ({ Tags = [], State }) =>
        Tags.some(({ Key }) => Key === 'ami-lifecycle:id') &&
        !['shutting-down', 'terminated'].includes(State?.Name ?? ''),
    );
  };

  test('[W-E14] a build publishes the latest release to every target, the primary one first', async () => {
    const [primary, ...others] = world.sandbox.regions;
    expect(amis.map(({ region }) => region)).toEqual([primary, ...others]);
    const { images } = await world.sandbox.model.inventory(world.accountId, primary!);
    const image = images.find(({ ImageId }) => ImageId === amis[0]?.image)!;
    const snapshot = image.BlockDeviceMappings?.[0]?.Ebs?.SnapshotId ?? '';
    const content = join(world.sandbox.model.snapshotPath(snapshot), 'tree/etc/release');
    expect(readFileSync(content, 'utf8')).toBe('one\n');
    expect(image.Tags).toContainEqual({ Key: 'ami-lifecycle:event', Value: 'BUILD_AMI' });
  });

  test('a build is of the release that was the latest when it was asked for, and is gone on with if it was cut short', async () => {
    const asked = workOn('BUILD_AMI');
    const pins = await pinBuild(world.services(), asked.state, signal);
    expect(pins).toEqual({
      image: `${stream}/1`,
      manifest_digest: expect.stringMatching(/^[0-9a-f]{128}$/),
    });
    await world.addImage('2', { 'etc/release': 'two\n' });
    const work = pinned(asked, pins);
    const first = await build(world.services()).run(work, signal);
    expect(first.properties).toMatchObject(pins);
    const again = await build(world.services()).run(work, signal);
    expect(again.properties?.publication_id).toBe(first.properties?.publication_id);
    expect(again.properties?.ami_details).toEqual(first.properties?.ami_details);
  });

  test('a build of a leaf that does not hold what it held when it was asked for is refused', async () => {
    const work = pinned(workOn('BUILD_AMI'), { image: `${stream}/1`, manifest_digest: 'another' });
    await expect(build(world.services()).run(work, signal)).rejects.toMatchObject({
      code: 'CONTENT_CHANGED',
    });
    const none = workOn('BUILD_AMI', [], { leaf: 'none' });
    await expect(pinBuild(world.services(), none.state, signal)).rejects.toMatchObject({
      code: 'IMAGE_NOT_FOUND',
    });
  });

  test('[W-E2] [W-E15] smoke tests run on an instance of the AMI, and say of each check how it came out', async () => {
    const executor = smokeTests(
      world.services({
        instance: { profile: instanceProfile },
        smokeTests: [
          { command: 'cat /etc/release', stdoutMatches: '^one$' },
          { fileExists: '/etc/release' },
          { name: 'wrong release', command: 'cat /etc/release', stdoutMatches: 'two' },
          { command: 'exit 4', expectExit: 4 },
          { fileExists: '/etc/none' },
          { serviceActive: 'ssh.service' },
        ],
      }),
    );
    const work = workOn('SMOKE_TESTS_AMI_CREATE', amis);
    const { status, properties } = await executor.run(work, signal);
    expect(status).toBe('FAILED');
    expect(properties).toMatchObject({
      smoke_tests_status: 'FAILED',
      smoke_tests: [
        { name: 'cat /etc/release', passed: true, output: 'one\n' },
        { name: 'file /etc/release', passed: true },
        { name: 'wrong release', passed: false, message: 'its output does not match two' },
        { name: 'exit 4', passed: true, exit_code: 4 },
        { name: 'file /etc/none', passed: false },
        { name: 'service ssh.service', passed: false, exit_code: 127 },
      ],
    });
    const arn = `arn:aws:iam::${world.accountId}:instance-profile/${instanceProfile}`;
    expect(await instances()).toMatchObject([{ IamInstanceProfile: { Arn: arn } }]);
    await executor.cleanUp(work);
    await expect.poll(instances).toEqual([]);
  });

  test('[W-E3] what an attempt launched is removed although the attempt was cut short before it knew', async () => {
    const work = workOn('SMOKE_TESTS_AMI_CREATE', amis);
    const executor = smokeTests(world.services({ smokeTests: [{ command: 'true' }] }));
    const cut = new AbortController();
    world.sandbox.model.faults.add({ kind: 'lost-answer', action: 'RunInstances', count: 1 });
    const held = world.sandbox.model.faults.hold('DescribeInstances', 'before');
    const running = executor.run(work, cut.signal);
    const call = await held;
    cut.abort(new Error('cut short'));
    call.release();
    await expect(running).rejects.toThrow('cut short');
    expect(await instances()).toHaveLength(1);
    await smokeTests(world.services()).cleanUp(work);
    await expect.poll(instances).toEqual([]);
  });

  test('[W-S4] a scan finds what is vulnerable on the disk, and the policy decides', async () => {
    const place = { accountId: world.accountId, region: world.sandbox.regions[0]! };
    const known = { id: 'CVE-2026-0001', package: 'openssl', fixedIn: '3.0.2-2', severity: 'HIGH' } as const;
    world.sandbox.model.services(place).addVulnerability(known);
    const work = workOn('VULNERABILIY_SCANS_AMI_CREATE', amis);
    const executor = vulnerabilityScan(world.services());
    expect(await executor.run(work, signal)).toMatchObject({
      status: 'FAILED',
      properties: {
        vulnerability_scans_status: 'FAILED',
        total_vulnerabilities: '1',
        vulnerability_severities: { CRITICAL: '0', HIGH: '1' },
        vulnerabilities: [{ id: 'CVE-2026-0001', packages: ['openssl'] }],
      },
    });
    await executor.cleanUp(work);
    const waiver = { id: 'CVE-2026-0001', until: '2999-12-31', reason: 'not reachable' };
    const lenient = vulnerabilityScan(world.services({ scan: { waivers: [waiver] } }));
    const second = workOn('VULNERABILIY_SCANS_AMI_CREATE', amis);
    expect(await lenient.run(second, signal)).toMatchObject({
      status: 'COMPLETED',
      properties: { vulnerability_scans_status: 'PASSED', vulnerabilities_waived: [{ id: 'CVE-2026-0001' }] },
    });
    await lenient.cleanUp(second);
    await expect.poll(instances).toEqual([]);
  });

  test('QA gets the primary AMI to launch, and a product without QA is an error', async () => {
    const qa = { accounts: ['333333333333'] };
    const ask = (product: object) =>
      qaRequest(world.services(product)).run(workOn('QA_CERTIFICATION_REQUEST', amis), signal);
    const [ami] = amis;
    expect(await ask({ qa })).toMatchObject({
      status: 'COMPLETED',
      properties: { ami_id: ami?.image, ami_region: ami?.region, shared_with: ['333333333333'] },
    });
    const asked = { ImageId: ami?.image, Attribute: 'launchPermission' } as const;
    const { model } = world.sandbox;
    const { LaunchPermissions } = await model.ec2(root(), ami?.region ?? '', 'DescribeImageAttribute', asked);
    expect(LaunchPermissions).toEqual([{ UserId: '333333333333' }]);
    await expect(ask({})).rejects.toThrow('has neither qa nor qaExport');
    // Whose key lets nobody in.
    await expect(ask({ qa: { accounts: ['444444444444'] } })).rejects.toMatchObject({
      code: 'AMI_NOT_SHARABLE',
    });
  });

  test('[W-E8] approval shares, protects and names every AMI, and stores the primary one in a bucket with a key', async () => {
    const [region, other] = world.sandbox.regions as [string, string];
    const { model } = world.sandbox;
    model.addBucket('backups', world.accountId, region, `arn:aws:kms:${region}:${world.accountId}:key/1`);
    const settings = {
      accounts: ['222222222222'],
      parameter: '/images/small',
      backup: { bucket: 'backups' },
    };
    const work = workOn('MARK_FOR_PRODUCTION_CREATE', amis);
    const verdict = await production(world.services({ production: settings })).run(work, signal);
    expect(verdict).toMatchObject({
      status: 'COMPLETED',
      properties: {
        ami_backup_state: 'COMPLETED',
        s3_bucket: 'backups',
        s3_object_key: `${amis[0]?.image}.bin`,
      },
    });
    for (const [index, name] of [region, other].entries()) {
      const { images } = await model.inventory(world.accountId, name);
      const image = images.find(({ ImageId }) => ImageId === amis[index]?.image);
      expect(image?.DeregistrationProtection).toBe('enabled-without-cooldown');
      const asked = { ImageId: amis[index]?.image, Attribute: 'launchPermission' } as const;
      const { LaunchPermissions } = await model.ec2(root(), name, 'DescribeImageAttribute', asked);
      expect(LaunchPermissions).toContainEqual({ UserId: '222222222222' });
      const SnapshotId = image?.BlockDeviceMappings?.[0]?.Ebs?.SnapshotId;
      const whose = { SnapshotId, Attribute: 'createVolumePermission' } as const;
      const { CreateVolumePermissions } = await model.ec2(root(), name, 'DescribeSnapshotAttribute', whose);
      expect(CreateVolumePermissions).toContainEqual({ UserId: '222222222222' });
      const parameters = model.references({ accountId: world.accountId, region: name }).parameters;
      expect(parameters.get('/images/small')?.value).toBe(amis[index]?.image);
    }
  });

  test('[W-E8] a backup that fails says why, and one without a key is refused', async () => {
    const [region] = world.sandbox.regions as [string];
    const { model } = world.sandbox;
    model.addBucket('open', world.accountId, region);
    const run = (bucket: string, ami = amis[0]!) =>
      production(world.services({ production: { backup: { bucket } } })).run(
        workOn('MARK_FOR_PRODUCTION_CREATE', [ami]),
        signal,
      );
    await expect(run('open')).rejects.toThrow('does not encrypt by a KMS key');
    model.addBucket('sealed', world.accountId, region, 'key');
    const snapshotId = 'snap-0123456789abcdef0';
    const image = model.addImage({ account: world.accountId, region, name: 'broken', snapshotId });
    const broken = run('sealed', { ...amis[0]!, image });
    await expect(broken).rejects.toThrow(
      `could not be stored in sealed: Snapshot ${snapshotId} is not there.`,
    );
  });

  const foreignAmi = (name: string, kmsKey?: string): AmiDetails => {
    const region = world.sandbox.regions[0]!;
    const image = world.sandbox.model.addImage({ account: world.accountId, region, name, kmsKey });
    return { ...amis[0]!, image };
  };

  test('[W-E6] what was not published from an image is exported by EC2, and a link to it is signed for each who asks', async () => {
    world.sandbox.model.addBucket('exports', world.accountId, world.sandbox.regions[0]!, 'key');
    const services = world.services({ qaExport: { bucket: 'exports', prefix: 'for/qa', linkMinutes: 5 } });
    const work = workOn('QA_CERTIFICATION_REQUEST', [foreignAmi('foreign')]);
    const { status, properties } = await qaExport(services).run(work, signal);
    expect(status).toBe('COMPLETED');
    const task = String(properties?.export_image_task_id);
    const { exportTasks } = world.sandbox.model.services({
      ...{ accountId: world.accountId, region: world.sandbox.regions[0]! },
    });
    expect(exportTasks.get(task)?.tags.get('ami-lifecycle:attempt')).toBe(work.attempt.id);
    expect(await qaExport(services).run(work, signal)).toMatchObject({
      properties: {
        export_image_task_id: task,
        export_image_id: `${task}.vmdk`,
        export_link: `/lifecycles/${work.state.lifecycle.id}/export`,
      },
    });
    expect(JSON.stringify(properties)).not.toContain('Signature');
    const before = services.clock.now();
    const link = await exportLink(services, completed(work, properties), signal);
    expect(await (await fetch(link.url)).json()).toMatchObject({ imageId: work.amis[0]?.image });
    expect(Date.parse(link.expires_at) - before).toBeLessThan(6 * 60_000);
  });

  test('an export that nobody waits for any more is cancelled, and no other', async () => {
    const services = world.services({ qaExport: { bucket: 'exports' } });
    const { exportTasks } = world.sandbox.model.services({
      ...{ accountId: world.accountId, region: world.sandbox.regions[0]! },
    });
    const [work, other] = ['one', 'another'].map((name) =>
      workOn('QA_CERTIFICATION_REQUEST', [foreignAmi(name)]),
    ) as [Work, Work];
    for (const { attempt, amis: exported } of [work, other]) {
      const tags = new Map(Object.entries(workTags(attempt)));
      const task = { id: attempt.id, imageId: exported[0]!.image, bucket: 'exports', prefix: '' };
      exportTasks.set(attempt.id, { ...task, state: 'active', message: undefined, tags });
    }
    await qaRequest(services).cleanUp(work);
    await qaRequest(services).cleanUp(work);
    expect(exportTasks.get(work.attempt.id)).toMatchObject({ state: 'deleted', message: 'cancelled' });
    expect(exportTasks.get(other.attempt.id)?.state).toBe('active');
  });

  test('[W-E6] an export that nothing could make is refused when it is asked for', async () => {
    const sealed = workOn('QA_CERTIFICATION_REQUEST', [foreignAmi('sealed', 'key')]);
    world.sandbox.model.addBucket('unsealed', world.accountId, world.sandbox.regions[0]!);
    const services = world.services({ qaExport: { bucket: 'unsealed' } });
    await expect(checkExport(services, completed(sealed), signal)).rejects.toMatchObject({
      code: 'EXPORT_IMPOSSIBLE',
      message: expect.stringContaining('it is encrypted'),
    });
    await expect(checkExport(world.services(), completed(sealed), signal)).rejects.toMatchObject({
      code: 'PRODUCT_NOT_CONFIGURED',
    });
    const plain = workOn('QA_CERTIFICATION_REQUEST', [foreignAmi('plain')]);
    await checkExport(services, completed(plain), signal);
    await expect(qaExport(services).run(plain, signal)).rejects.toThrow('does not encrypt by a KMS key');
    await expect(exportLink(services, completed(plain), signal)).rejects.toMatchObject({
      code: 'EXPORT_NOT_FOUND',
    });
  });

  test('a result is written on its AMI, and a component is read from its bucket', async () => {
    const work = workOn('SMOKE_TESTS_AMI_CREATE', amis);
    const written = await reconcile(world.services(), completed(work), { signal });
    expect(written.map(({ status }) => status)).toEqual(['corrected', 'corrected']);
    world.sandbox.model.addBucket('components', world.accountId, world.sandbox.regions[0]!);
    const steps = '[{ name: x, action: UpdateOS }]';
    const document = `schemaVersion: 1.0\nphases: [{ name: build, steps: ${steps} }]\n`;
    await world.putObject('components', 'update.yaml', document);
    const services = world.services();
    const { targets } = await services.cloud.resolveTargets(`${world.accountName},*`);
    const component = fetchComponent(services, targets[0]!, 's3://components/update.yaml', signal);
    expect(await component).toMatchObject({ document, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) });
  });

  imageBuilderSuite(
    () => world,
    () => amis,
  );

  test('[W-S12] the policy of the page denied nothing of this, and has no entry that was not needed', () => {
    const { calls, iam } = world.sandbox.model;
    const denied = /^(UnauthorizedOperation|AccessDenied|AccessDeniedException)$/;
    expect(calls.list().filter(({ error }) => denied.test(error ?? ''))).toEqual([]);
    const ours = new Set(policies.flatMap(({ Statement }) => Statement).map(({ Sid }) => Sid));
    const mine = iam.unused().filter(({ policy }) => policy === identities.user);
    expect(mine.filter(({ statement }) => ours.has(statement))).toEqual([]);
  });

  test('[W-S12] the policy of the page lets no instance have another role, not by Image Builder either', async () => {
    const instance = { profile: 'administrator' };
    const denied = {
      code: 'ACCESS_DENIED',
      message: expect.stringMatching(/iam:PassRole on resource: arn:aws:iam::\d+:role\/administrator /),
    };
    const smoke = workOn('SMOKE_TESTS_AMI_CREATE', amis);
    await expect(smokeTests(world.services({ instance })).run(smoke, signal)).rejects.toMatchObject(denied);
    const product = { instance, imageBuilder: { patches: true }, kmsKey: 'alias/amis' };
    const patch = createExecutors(world.services(product)).PATCH_AMI!;
    const work = patchWork('s3://components/update.yaml', amis);
    await expect(patch.run(work, signal)).rejects.toMatchObject(denied);
    await patch.cleanUp(work);
  });
});
