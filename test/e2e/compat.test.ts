import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Tag } from '@aws-sdk/client-ec2';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createWorld, type World } from '../support/world.js';

let world: World;
beforeAll(async () => {
  world = await createWorld({ accounts: 2, regions: ['eu-west-1', 'us-east-1'], policies: undefined });
  await world.addImage('base/debian/1');
});
afterAll(() => world?.close());

const target = 'development,eu-west-1';
const inventory = () =>
  world.sandbox.model.inventory(
    world.sandbox.accounts.find(({ name }) => name === 'development')?.id ?? '',
    'eu-west-1',
  );
const tagsOf = (resource: { readonly Tags?: readonly Tag[] | undefined } | undefined) =>
  Object.fromEntries((resource?.Tags ?? []).map(({ Key, Value }) => [Key, Value]));
const noteOf = (stderr: string) => /the new one is: {2}(.*)/.exec(stderr)?.[1];
/** The image server and the certificates of the sandbox, by flags. */
const daemons = () => {
  const [host = '', port = ''] = world.sandbox.imageServer.split(':');
  return [
    `-imageServerHostname=${host}`,
    ...['-imageServerPortNum', port],
    `--certDirectory=${world.sandbox.certificatesDirectory}`,
  ];
};

describe('publish in the old form', () => {
  it('[W63] [publish] makes the AMI that the Go tool made, which expires in an hour, and prints results as it did', async () => {
    const run = await world.runWith(
      { AMI_PUBLISHER_IMAGE_SERVER: 'nowhere:1', AMI_PUBLISHER_CERTIFICATES: '/nowhere' },
      ...[...daemons(), `-targets=${target}`, '-tags', 'team=<base>', 'publish', 'base/debian', '1'],
    );
    expect(run.code, run.stderr).toBe(0);
    const [{ AmiId, SnapshotId } = {}] = run.json<{ AmiId?: string; SnapshotId?: string }[]>();
    expect(run.stdout).toBe(`[
    {
        "AccountName": "development",
        "Region": "eu-west-1",
        "SnapshotId": "${SnapshotId}",
        "AmiId": "${AmiId}",
        "Size": 1
    }
]
`);
    const image = (await inventory()).images.find(({ ImageId }) => ImageId === AmiId);
    expect(image).toMatchObject({
      Name: 'base/debian/1',
      RootDeviceName: '/dev/sda1',
      BootMode: 'legacy-bios',
    });
    expect([image?.EnaSupport ?? false, image?.ImdsSupport]).toEqual([false, undefined]);
    const tags = tagsOf(image);
    expect(tags).toMatchObject({ Name: 'base/debian', team: '<base>' });
    const expiresAt = Date.parse(`${tags.ExpiresAt?.replace(' ', 'T')}Z`);
    expect(Math.abs(expiresAt - Date.now() - 3_600_000)).toBeLessThan(120_000);
    expect(run.stderr).toContain('expires in 1 h');
    expect(noteOf(run.stderr)).toMatch(
      /^ami-publisher publish base\/debian 1 --targets=development,eu-west-1 /,
    );
  });

  it('prints the targets that failed with the others, then the first error, and exits 1', async () => {
    const run = await world.run(
      ...[...daemons(), '-expiresIn', '0', `-targets=${target};development,us-nowhere-1`],
      ...['-amiName=other', '-enaSupport', 'publish', 'base/debian/', '1'],
    );
    expect(run.code).toBe(1);
    expect(run.json()).toEqual([
      expect.objectContaining({ Region: 'eu-west-1', AmiId: expect.stringMatching(/^ami-/), Size: 1 }),
      {
        AccountName: 'development',
        Region: 'us-nowhere-1',
        Error: expect.stringContaining('us-nowhere-1 does not exist or is not enabled'),
      },
    ]);
    expect(run.stderr).toMatch(/error publishing image: development: us-nowhere-1: .*\n$/);
    const other = (await inventory()).images.find(({ Name }) => Name === 'other');
    expect(other?.EnaSupport).toBe(true);
    expect(tagsOf(other)).not.toHaveProperty('ExpiresAt');
  });

  it('leaves targets without an unpacker out on request', async () => {
    const run = await world.run(
      ...[...daemons(), '-instanceName=Nobody', '-ignoreMissingUnpackers', '-amiName=nobody'],
      ...['publish', 'base/debian', '1'],
    );
    expect([run.code, run.stdout]).toEqual([0, '[]\n']);
  });
});

describe('results in the old form', () => {
  it('[delete-tags] [set-exclusive-tags] [list-unused-images] [delete] go into files that the other sub-commands take', async () => {
    const old = (...words: string[]) => world.runWith({ AMI_PUBLISHER_COMPAT: 'go' }, ...words);
    const flags = [...daemons(), `-targets=${target}`, '-amiName=cycle', '-tags=Round=trip'];
    const published = await old(...flags, 'publish', 'base/debian', '1');
    const [{ AmiId = '' } = {}] = published.json<{ AmiId?: string }[]>();
    const file = join(world.directory, 'results.json');
    writeFileSync(file, `# of the first run\n${published.stdout}`);
    const imageIn = async () => (await inventory()).images.find(({ ImageId }) => ImageId === AmiId);

    const untagged = await old('delete-tags', 'ExpiresAt', file);
    expect([untagged.code, untagged.stdout], untagged.stderr).toEqual([0, '']);
    const preferred = await old('set-exclusive-tags', 'Preferred', 'true', file);
    expect([preferred.code, preferred.stdout], preferred.stderr).toEqual([0, '']);
    const tags = tagsOf(await imageIn());
    expect(tags).toMatchObject({ Name: 'base/debian', Preferred: 'true' });
    expect(tags).not.toHaveProperty('ExpiresAt');

    const where = [`-targets=${target}`, '-searchTags=Round=tr*', '-minImageAge=0'];
    const unused = await old(...where, 'list-unused-images');
    expect(unused.json()).toMatchObject({
      UnusedImages: [{ AccountName: 'development', Region: 'eu-west-1', AmiId, AmiName: 'cycle', Size: 1 }],
      OldInstances: null,
    });

    const deleted = await old('delete', file);
    expect([deleted.code, deleted.stdout], deleted.stderr).toEqual([0, '']);
    expect(await imageIn()).toBeUndefined();
  });
});

describe('the other sub-commands in the old form', () => {
  it('[W44] [copy-bootstrap-image] copies the first AMI of a stream, and says what it does without', async () => {
    const run = await world.run(
      ...['-marketplaceImage', '3f8t6t8fp5m9xx18yzwriozxi', '-marketplaceLoginName', 'admin'],
      ...['-instanceType=t2.medium', '-sshKeyName=key', '-targets=development,'],
      ...['copy-bootstrap-image', 'base/debian'],
    );
    expect([run.code, run.stdout], run.stderr).toEqual([0, '']);
    for (const flag of ['marketplaceImage', 'marketplaceLoginName', 'instanceType', 'sshKeyName'])
      expect(run.stderr).toContain(`-${flag} has no effect: `);
    const { id = '' } = world.sandbox.accounts.find(({ name }) => name === 'development') ?? {};
    const { images } = await world.sandbox.model.inventory(id, 'us-east-1');
    expect(images.map(({ Name, State }) => [Name, State])).toEqual([['base/debian/bootstrap', 'available']]);
    expect(tagsOf(images[0])).toMatchObject({ Name: 'base/debian', 'ami-publisher:leaf': '1' });
  });

  it('[list-streams] [list-unpackers] list unpackers and streams as the Go tool did', async () => {
    await world.run('-targets', target, 'prepare-unpackers', 'base/debian');
    const unpackers = await world.run('-targets', target, 'list-unpackers');
    expect(unpackers.code, unpackers.stderr).toBe(0);
    expect(unpackers.json()).toEqual([
      {
        AccountName: 'development',
        Region: 'eu-west-1',
        Unpackers: [
          {
            InstanceId: expect.stringMatching(/^i-/),
            IpAddress: expect.stringMatching(/^127\./),
            State: 'running',
            TimeSinceLastUsed: expect.stringMatching(/^[\d.]+(ms|s)$/),
          },
        ],
      },
    ]);
    const streams = await world.runWith({ AMI_PUBLISHER_COMPAT: 'go' }, 'list-streams');
    expect([streams.code, streams.stdout]).toEqual([0, '[\n    "base/debian"\n]\n']);
  });

  it('[W76] [delete-tags-on-unpackers] [set-tags-on-unpackers] tag unpackers, and take tags from them, without a question, a word on stdout, or certificates', async () => {
    const without = { AMI_PUBLISHER_CERTIFICATES: '/nowhere', AMI_PUBLISHER_COMPAT: 'go' };
    const set = await world.runWith(without, '-tags=RequiredImage=base/x,team=a', 'set-tags-on-unpackers');
    expect([set.code, set.stdout]).toEqual([0, '']);
    const [unpacker] = (await inventory()).instances;
    expect(tagsOf(unpacker)).toMatchObject({ RequiredImage: 'base/x', team: 'a' });
    const deleted = await world.runWith(without, 'delete-tags-on-unpackers', 'team');
    expect([deleted.code, deleted.stdout]).toEqual([0, '']);
    expect(tagsOf((await inventory()).instances[0])).not.toHaveProperty('team');
    const nothing = await world.runWith(without, 'set-tags-on-unpackers');
    expect(nothing.code).toBe(1);
    expect(nothing.stderr).toContain('error setting tags: no tags are given');
  });

  it('take their flags from the files of the user, which the command line overrides', async () => {
    const folder = join(world.environment.HOME ?? '', '.config/ami-publisher');
    mkdirSync(folder, { recursive: true });
    writeFileSync(
      join(folder, 'flags.default'),
      '# ours\ntargets=staging,us-east-1\n\nlogDatestamps=false\n',
    );
    writeFileSync(join(folder, 'flags.extra'), 'instanceName=Nobody\n');
    const environment = { AMI_PUBLISHER_COMPAT: 'go' };
    const none = await world.runWith(environment, 'list-unpackers');
    expect([none.code, none.stdout]).toEqual([0, '[]\n']);
    expect(noteOf(none.stderr)).toBe(
      'ami-publisher list-unpackers --targets=staging,us-east-1 --instance-name=Nobody',
    );
    const found = await world.runWith(environment, '-instanceName', 'ImageUnpacker', 'list-unpackers');
    expect(found.json()).toMatchObject([{ AccountName: 'staging', Region: 'us-east-1' }]);
    writeFileSync(join(folder, 'flags.extra'), 'instance name=Nobody\n');
    const faulty = await world.runWith(environment, 'list-unpackers');
    rmSync(folder, { recursive: true });
    expect([faulty.code, faulty.stdout]).toEqual([1, '']);
  });

  it('answer what they cannot read with usage and 2', async () => {
    const run = await world.run('-targets=development', 'list-streams');
    expect([run.code, run.stdout]).toEqual([2, '']);
    expect(run.stderr).toContain('invalid value "development" for flag -targets: malformed target');
    expect(run.stderr).toContain('Usage: ami-publisher [flags...] sub-command [args...]');
  });
});
