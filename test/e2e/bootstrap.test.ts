import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { OperationResults } from '@ami-publisher/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { identities, pagePolicies } from '../support/iam-page.js';
import { createWorld, type World } from '../support/world.js';

const stream = 'base/unpacker';
const home = 'us-east-1';

let world: World;

/** The files of AWS for somebody who may do everything in the first account. */
const filesOfOwner = (): Record<string, string> => {
  const { id } = world.sandbox.accounts[0]!;
  const { accessKeyId, secretAccessKey } = world.sandbox.model.keyring.addUser(id, 'owner');
  const credentials = join(world.directory, 'owner');
  writeFileSync(
    credentials,
    `[owner]\naws_access_key_id = ${accessKeyId}\naws_secret_access_key = ${secretAccessKey}\n`,
  );
  return { AWS_SHARED_CREDENTIALS_FILE: credentials, AWS_CONFIG_FILE: '/dev/null' };
};

beforeAll(async () => {
  const { bootstrap, caller } = pagePolicies;
  world = await createWorld({
    accounts: 2,
    regions: ['eu-west-1', home],
    // The second account is reached by its role.
    policies: {
      [identities.user]: { ...bootstrap, Statement: [bootstrap.Statement, caller.Statement].flat() },
      [identities.role]: bootstrap,
    },
  });
  const [first, second] = world.sandbox.accounts;
  world.sandbox.model.addKmsKey({ accountId: first!.id, region: home }, 'alias/images', {
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { AWS: `arn:aws:iam::${second!.id}:root` },
        Action: [
          'kms:CreateGrant',
          'kms:Decrypt',
          'kms:DescribeKey',
          'kms:GenerateDataKey*',
          'kms:ReEncrypt*',
        ],
        Resource: '*',
      },
    ],
  });
  await world.addImage(`${stream}/1`);
  const target = ['--targets', `owner,${home}`, '--kms-key', 'alias/images'];
  const published = await world.runWith(filesOfOwner(), 'publish', stream, '1', ...target);
  if (published.code !== 0) throw new Error(published.stderr);
});
afterAll(() => world?.close());

/** Of each target, the folder of its snapshot. */
const snapshots = async (): Promise<string[]> => {
  const places = world.sandbox.accounts.flatMap(({ id }) =>
    world.sandbox.regions.map((region) => [id, region]),
  );
  const folders = places.map(async ([id = '', region = '']) => {
    const { snapshots: found } = await world.sandbox.model.inventory(id, region);
    return found.map(({ SnapshotId = '' }) =>
      join(world.directory, 'sandbox', id, region, 'snapshots', SnapshotId),
    );
  });
  return (await Promise.all(folders)).flat();
};

describe('the first AMI of a stream on the command line', () => {
  it('is copied with what is on it to every target, and goes again', async () => {
    const dry = await world.run('copy-bootstrap-image', stream, '--dry-run', '--output', 'table');
    expect(dry.stdout).toMatch(/staging,us-east-1 +planned +copy ami-\w+ \(base\/unpacker\/1, 1 GiB\)/);
    expect(await snapshots()).toHaveLength(1);

    const copied = await world.run('copy-bootstrap-image', stream, '--tag', 'team=images');
    expect(copied.code, copied.stderr).toBe(0);
    const { operationId, targets } = copied.json<OperationResults>();
    expect(targets.map(({ status }) => status)).toEqual(['done', 'nothing', 'done', 'done']);
    const [first = '', ...others] = await snapshots();
    expect(others).toHaveLength(3);
    for (const other of others) expect((await world.execute('diff', '-r', first, other)).stdout).toBe('');
    expect((await world.run('copy-bootstrap-image', stream)).json<OperationResults>().undoable).toBe(false);

    const undone = await world.run('operations', 'undo', operationId);
    expect(undone.code, undone.stderr).toBe(0);
    expect(await snapshots()).toHaveLength(1);
  });

  it('needs all of what docs/iam.md says for it, and nothing else', () => {
    const { model } = world.sandbox;
    const unusedBy = (name: string) =>
      model.iam
        .unused()
        .flatMap(({ policy, statement, action }) => (policy === name ? `${statement} ${action}` : []));
    // One copies from its account and within it, the other to its own.
    const byRole = unusedBy(identities.role);
    expect(unusedBy(identities.user).filter((entry) => byRole.includes(entry))).toEqual([]);
    const refusals = model.calls
      .list()
      .filter(({ error }) => /^(UnauthorizedOperation|AccessDenied)/.test(error ?? ''));
    expect(refusals).toEqual([]);
  });
});
