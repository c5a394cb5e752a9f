import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createWorld, type PrintedResults, type World } from '../support/world.js';

let world: World;
beforeAll(async () => {
  world = await createWorld({ accounts: 2, regions: ['eu-west-1', 'us-east-1'] });
  await world.addImage('base/debian/1', {
    'etc/version': '1\n',
    'usr/bin/tool': 'tool\n',
    'etc/gone': 'x\n',
  });
  await world.addImage('base/debian/2', { 'etc/version': '2\n', 'usr/bin/tool': 'tool\n' });
});
afterAll(() => world?.close());

const [development, staging] = ['development', 'staging'];
const treeOf = (snapshotId: string) => join(world.sandbox.model.snapshotPath(snapshotId), 'tree');

describe('a publication', () => {
  it('[W96] [publish] registers a tagged, encrypted AMI of the image in every target, and then of the next release', async () => {
    const first = await world.run(
      'publish',
      'base/debian',
      '1',
      '--tag',
      'team=base,core',
      '--expires-in',
      '2d',
    );
    expect(first.stderr).toContain('published after');
    expect(first.code).toBe(0);
    const results = first.json<PrintedResults>();
    expect(results.targets.map(({ account, region, status }) => [account, region, status])).toEqual(
      [development, staging].flatMap((account) =>
        world.sandbox.regions.toSorted().map((region) => [account, region, 'published']),
      ),
    );
    for (const { account, region, imageId, snapshotId } of results.targets) {
      const accountId = world.sandbox.accounts.find(({ name }) => name === account)?.id ?? '';
      const { images, snapshots, volumes } = await world.sandbox.model.inventory(accountId, region);
      const image = images.find((one) => one.ImageId === imageId);
      const tags = Object.fromEntries((image?.Tags ?? []).map(({ Key, Value }) => [Key, Value]));
      expect(image).toMatchObject({
        Name: 'base/debian/1',
        Architecture: 'x86_64',
        EnaSupport: true,
        ImdsSupport: 'v2.0',
      });
      expect(tags).toMatchObject({
        Name: 'base/debian',
        team: 'base,core',
        'ami-publisher:publication': results.publicationId,
        'ami-publisher:stream': 'base/debian',
        'ami-publisher:leaf': '1',
      });
      expect(tags.ExpiresAt).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/);
      expect(snapshots).toMatchObject([{ SnapshotId: snapshotId, Encrypted: true, State: 'completed' }]);
      expect(
        volumes.filter(({ Tags }) =>
          Tags?.some(({ Key, Value }) => Key === 'ami-publisher:stream' && Value === 'base/debian'),
        ),
      ).toHaveLength(1);
      expect(readFileSync(join(treeOf(snapshotId ?? ''), 'etc/version'), 'utf8')).toBe('1\n');
    }

    const second = await world.run('publish', 'base/debian', '2');
    expect(second.code).toBe(0);
    for (const { unpack, snapshotId } of second.json<PrintedResults>().targets) {
      expect(unpack).toMatchObject({ filesWritten: 1, filesRemoved: 1 });
      expect(readFileSync(join(treeOf(snapshotId ?? ''), 'etc/version'), 'utf8')).toBe('2\n');
    }
  });

  it('[W58] [W77] does nothing in targets that have the AMI already', async () => {
    const again = await world.run('publish', 'base/debian', '2', '--targets', 'development,*');
    expect(again.code).toBe(0);
    expect(again.json<PrintedResults>().targets).toMatchObject([
      { status: 'skipped', imageId: expect.stringMatching(/^ami-/) },
      { status: 'skipped' },
    ]);
  });

  it('is planned by reading only', async () => {
    const before = await inventories();
    const plan = await world.run(
      'plan',
      'base/debian',
      '1',
      '--ami-name',
      'other-{leaf}',
      '--output',
      'text',
    );
    expect(plan.code).toBe(0);
    expect(plan.stdout).toMatch(
      /development,eu-west-1\t~[\d.]+ m?s\t<= \d+\.\d\d\tuse unpacker i-\w+; patch volume vol-\w+ from 2; snapshot it as base\/debian\/1; register x86_64 AMI other-1/,
    );
    expect(await inventories()).toEqual(before);
  });

  it('writes the results with the field names of the reference, too', async () => {
    const file = join(world.directory, 'results.json');
    await world.run(
      'publish',
      'base/debian',
      '1',
      '--ami-name',
      'name-r1',
      '--targets',
      'staging,eu-west-1;staging,us-nowhere-1',
      '--results-file',
      file,
    );
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual([
      {
        AccountName: 'staging',
        Region: 'eu-west-1',
        SnapshotId: expect.stringMatching(/^snap-/),
        AmiId: expect.stringMatching(/^ami-/),
        Size: 1,
      },
      {
        AccountName: 'staging',
        Region: 'us-nowhere-1',
        Error: expect.stringContaining('us-nowhere-1 does not exist or is not enabled'),
      },
    ]);
  });

  it('answers a query with just what was asked for', async () => {
    const ids = await world.run(
      'publish',
      'base/debian',
      '1',
      '--ami-name',
      'name-r2',
      '--targets',
      'staging,*',
      '--query',
      'targets[].imageId',
      '--output',
      'text',
    );
    expect(ids.stdout).toMatch(/^ami-\w+\tami-\w+\n$/);
  });

  it('reaches unpackers where a connector map says, and names what the map lacks', async () => {
    const account = world.sandbox.accounts[0]?.id ?? '';
    const { instances } = await world.sandbox.model.inventory(account, 'us-east-1');
    const [{ InstanceId = '', PrivateIpAddress = '' } = {}] = instances;
    const config = join(world.directory, 'map.yaml');
    writeFileSync(config, `connector: { map: { ${InstanceId}: '${PrivateIpAddress}:6974' } }\n`);
    const run = await world.run(
      ...[
        'publish',
        'base/debian',
        '2',
        '--ami-name',
        'mapped',
        '--targets',
        'development,*',
        '--config',
        config,
      ],
    );
    expect(run.code).toBe(1);
    expect(run.json<PrintedResults>().targets).toMatchObject([
      {
        region: 'eu-west-1',
        code: 'UNPACKER_ADDRESS_MISSING',
        message: expect.stringContaining('has no entry in the connector map; add it'),
      },
      { region: 'us-east-1', status: 'published' },
    ]);
  });

  it('[U26] [W59] grows the volume in place when the next release needs more room', async () => {
    const account = world.sandbox.accounts[1]?.id ?? '';
    const volumeOf = async () => {
      const { volumes } = await world.sandbox.model.inventory(account, 'us-east-1');
      return volumes.find(({ Tags }) => Tags?.some(({ Key }) => Key === 'ami-publisher:stream'));
    };
    const before = await volumeOf();
    const target = ['--targets', 'staging,us-east-1'];
    const run = await world.run(
      'publish',
      'base/debian',
      '2',
      '--ami-name',
      'roomy',
      '--min-free',
      '3GiB',
      ...target,
    );
    expect(run.code).toBe(0);
    expect(before?.Size).toBe(1);
    expect(await volumeOf()).toMatchObject({ VolumeId: before?.VolumeId, Size: 4 });
    const [published] = run.json<PrintedResults>().targets;
    const { images } = await world.sandbox.model.inventory(account, 'us-east-1');
    const image = images.find(({ ImageId }) => ImageId === published?.imageId);
    expect(image?.BlockDeviceMappings?.[0]?.Ebs?.VolumeSize).toBe(4);
  });

  it('[W62] carries protection, deprecation, arm64 and a chosen key where asked for', async () => {
    const account = world.sandbox.accounts[0]?.id ?? '';
    const kmsKey = world.sandbox.model.addKmsKey({ accountId: account, region: 'eu-west-1' });
    const { code, stderr, ...run } = await world.run(
      ...[
        'publish',
        'base/debian',
        '1',
        '--ami-name',
        'arm',
        '--targets',
        'development,eu-west-1',
        '--architecture',
        'arm64',
      ],
      ...[
        '--kms-key',
        kmsKey,
        '--deprecate-in',
        '30d',
        '--deregistration-protection',
        '--root-device-name',
        '/dev/sda1',
      ],
    );
    expect(stderr).not.toContain('error');
    expect(code).toBe(0);
    const [target] = run.json<PrintedResults>().targets;
    const { images, snapshots, volumes } = await world.sandbox.model.inventory(account, 'eu-west-1');
    expect(images.find(({ ImageId }) => ImageId === target?.imageId)).toMatchObject({
      Architecture: 'arm64',
      BootMode: 'uefi',
      RootDeviceName: '/dev/sda1',
      DeregistrationProtection: expect.stringMatching(/^enabled/),
      DeprecationTime: expect.any(String),
    });
    expect(snapshots.find(({ SnapshotId }) => SnapshotId === target?.snapshotId)?.KmsKeyId).toBe(kmsKey);
    // The volume of the default key was replaced, and went when the new one had proved itself.
    const ofStream = volumes.filter(
      ({ State, Tags }) => State === 'in-use' && Tags?.some(({ Key }) => Key === 'ami-publisher:stream'),
    );
    expect(ofStream.map(({ KmsKeyId }) => KmsKeyId)).toEqual([kmsKey]);
  });
});

describe('looking around', () => {
  it('lists unpackers with their streams', async () => {
    const { code, ...run } = await world.run('list-unpackers', '--targets', 'staging,*');
    expect(code).toBe(0);
    const rows = run.json<{ state: string; streams: { name: string; leaf: string }[] }[]>();
    expect(rows).toHaveLength(2);
    expect(rows[0]).toMatchObject({ state: 'running', streams: [{ name: 'base/debian' }] });
  });

  it('lists streams from the tags of their volumes', async () => {
    const run = await world.run('list-streams', '--targets', 'staging,eu-west-1');
    expect(run.json()).toMatchObject([
      { account: 'staging', region: 'eu-west-1', stream: 'base/debian', leaf: '1' },
    ]);
  });

  it('[W45] [prepare-unpackers] prepares unpackers, and takes a stream without volume for no error', async () => {
    const known = await world.run('prepare-unpackers', 'base/debian', '--targets', 'staging,eu-west-1');
    expect(known.json()).toMatchObject([{ scanned: true }]);
    const unknown = await world.run('prepare-unpackers', 'base/new', '--targets', 'staging,eu-west-1');
    expect(unknown.code).toBe(0);
    expect(unknown.json()).toMatchObject([{ scanned: false }]);
  });

  it('lists publications and says where one stands', async () => {
    const list = (await world.run('publications')).json<
      { publicationId: string; targets: { state: string }[] }[]
    >();
    expect(list.length).toBeGreaterThan(3);
    const status = await world.run('status', list.at(-1)?.publicationId ?? '');
    expect(status.json()).toMatchObject({
      leaf: '1',
      targets: Array(4).fill({ state: 'published', lastStep: 'announce' }),
    });
  });

  it('lists, shows and verifies images', async () => {
    const list = await world.run('image', 'list', 'base/debian');
    expect(list.json()).toMatchObject([
      { image: 'base/debian/1', createdBy: expect.any(String) },
      { image: 'base/debian/2' },
    ]);
    const show = await world.run('image', 'show', 'base/debian/2', '--entries', '--query', '[].path');
    expect(show.json()).toEqual(['/', '/etc', '/etc/version', '/usr', '/usr/bin', '/usr/bin/tool']);
    const verify = await world.run('image', 'verify', 'base/debian/2');
    expect(verify.code).toBe(0);
    expect(verify.json()).toMatchObject({ damage: [] });
  });
});

const inventories = () =>
  Promise.all(
    world.sandbox.accounts.flatMap(({ id }) =>
      world.sandbox.regions.map((region) => world.sandbox.model.inventory(id, region)),
    ),
  );
