import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '@ami-publisher/base';
import { LifecycleDiscovery, type LifecycleOperation } from '@ami-publisher/core';
import { type Sandbox, startSandbox } from '@ami-publisher/sandbox';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { keysCommand } from '../src/commands/keys.js';
import { type Database, KeyStore } from '../src/index.js';
import { KeySecrets } from '../src/keys/key-secrets.js';
import { SharedKeys } from '../src/keys/shared-keys.js';
import { embeddedDatabase } from './support/databases.js';

/** As docs/orchestrator.md has it. */
const policy = {
  Version: '2012-10-17' as const,
  Statement: [
    {
      Effect: 'Allow' as const,
      Action: ['CreateSecret', 'DeleteSecret', 'GetSecretValue', 'PutSecretValue'].map(
        (action) => `secretsmanager:${action}`,
      ),
      Resource: ['arn:aws:secretsmanager:*:*:secret:/ami-lifecycle/api-keys/*'] as [string],
    },
  ],
};
const region = 'us-east-1';
const path = (name: string): string => `/ami-lifecycle/api-keys/${name}`;

let sandbox: Sandbox;
let database: Database;
let keys: KeyStore;
let secrets: KeySecrets;
let shared: SharedKeys;

beforeAll(async () => {
  sandbox = await startSandbox({ policies: { '111111111111': policy } });
  const { accessKeyId, secretAccessKey } = sandbox.accounts[0]!;
  Object.assign(process.env, {
    AWS_ENDPOINT_URL_SECRETS_MANAGER: sandbox.endpoint,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
  });
  database = await embeddedDatabase();
  keys = new KeyStore(database.db, systemClock);
  secrets = await KeySecrets.open({ region });
  shared = new SharedKeys(keys, secrets);
});
afterAll(async () => {
  secrets.close();
  await Promise.all([database.close(), sandbox.close()]);
  for (const name of ['AWS_ENDPOINT_URL_SECRETS_MANAGER', 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'])
    delete process.env[name];
});

/** The key that a client finds now. */
const discovered = (operation: LifecycleOperation): Promise<string> =>
  new LifecycleDiscovery({ region }).apiKey(operation);
const holderOf = async (operation: LifecycleOperation) =>
  (await keys.find(await discovered(operation)))?.name;

describe('keys in Secrets Manager', () => {
  it('are found by clients, one for each operation that they are good for', async () => {
    await shared.create({ name: 'ci', roles: ['requester'], operations: ['delete'] });
    for (const operation of ['creation:post', 'creation:put', 'patch:post', 'patch:put', 'status'] as const)
      expect(await holderOf(operation)).toBe('ci');
    await expect(discovered('creation:certify')).rejects.toMatchObject({ code: 'AWS_NOT_FOUND' });
  });

  it('leave those of others where they are', async () => {
    const held = await shared.create({ name: 'qa', roles: ['qa'], operations: [] });
    expect(held).toContainEqual({ secret: path('ami_creation_qa_certification_key'), name: 'qa' });
    expect(held).toContainEqual({ secret: path('ami_creation_status_api_key'), name: 'ci' });
    expect([await holderOf('creation:certify'), await holderOf('status')]).toEqual(['qa', 'ci']);
    await expect(shared.create({ name: 'reader', roles: [], operations: ['status'] })).rejects.toMatchObject({
      code: 'INVALID_OPTION',
    });
    expect((await keys.list()).find(({ name }) => name === 'reader')?.revokedAt).toBeInstanceOf(Date);
  });

  it('are rotated with an overlap, so that a client that has the one before goes on', async () => {
    const before = await discovered('creation:post');
    await shared.rotate('ci', 60_000);
    const after = await discovered('creation:post');
    expect(after).not.toBe(before);
    expect([(await keys.find(before))?.name, (await keys.find(after))?.name]).toEqual(['ci', 'ci']);
    expect(await discovered('status')).toBe(after);
  });

  it('go with their key, and make room for another', async () => {
    const before = await discovered('status');
    await shared.revoke('ci');
    expect(await keys.find(before)).toBeUndefined();
    await expect(discovered('status')).rejects.toMatchObject({ code: 'AWS_NOT_FOUND' });
    expect(await shared.held()).toEqual([{ secret: path('ami_creation_qa_certification_key'), name: 'qa' }]);
    await shared.create({ name: 'next', roles: ['requester'], operations: [] });
    expect(await holderOf('status')).toBe('next');
  });

  it('are replaced if they are of nobody', async () => {
    await shared.revoke('qa');
    await secrets.write(path('ami_creation_qa_certification_key'), 'left by somebody');
    expect(await shared.held()).toContainEqual({
      secret: path('ami_creation_qa_certification_key'),
      name: null,
    });
    await shared.create({ name: 'qa', roles: ['qa'], operations: [] });
    expect(await holderOf('creation:certify')).toBe('qa');
  });

  it('of a role that may not write them do not come to be', async () => {
    const refusing = new SharedKeys(keys, {
      read: (name: string) => secrets.read(name),
      write: () => secrets.write('/elsewhere', 'x'),
    } as unknown as KeySecrets);
    const newKey = { name: 'denied', roles: ['approver'] as const, operations: [] };
    await expect(refusing.create(newKey)).rejects.toMatchObject({ code: 'ACCESS_DENIED' });
    expect((await keys.list()).find(({ name }) => name === 'denied')?.revokedAt).toBeInstanceOf(Date);
  });

  it('are not printed by the command that makes them', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'ami-orchestrator-keys-'));
    const lines: string[] = [];
    const run = (...words: string[]) =>
      keysCommand({}, (line) => lines.push(line)).parseAsync(
        [...words, '--data-dir', directory, '--store', 'secretsmanager', '--region', region],
        { from: 'user' },
      );
    await run('create', '--name', 'printed', '--roles', 'approver');
    const key = await discovered('creation:approve');
    await run('list');
    rmSync(directory, { recursive: true });
    const secret = path('ami_creation_mark_for_production_key');
    expect(lines.filter((line) => line.includes(secret)).map((line) => JSON.parse(line))).toEqual([
      { secret, name: 'printed' },
      { secret, name: 'printed' },
    ]);
    expect(lines.join('\n')).not.toContain(key);
  });
});
