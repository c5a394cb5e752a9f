import { setTimeout } from 'node:timers/promises';
import { systemClock } from '@ami-publisher/base';
import { type Database, KeyStore, migrate, openDatabase } from '@ami-publisher/orchestrator';
import { type Sandbox, seededRandom, startSandbox } from '@ami-publisher/sandbox';
import {
  CreateSnapshotCommand,
  CreateVolumeCommand,
  EC2Client,
  waitUntilVolumeAvailable,
} from '@aws-sdk/client-ec2';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  type Postgres,
  postgresPrograms,
  startPostgres,
} from '../../packages/orchestrator/test/support/postgres.js';
import { ask, newLifecycle, nextAsks, wholeWay } from './support/driver.js';
import { Replicas } from './support/replicas.js';

const count = 200;
const region = 'eu-west-1';

let postgres: Postgres;
let database: Database;
let sandbox: Sandbox;
let replicas: Replicas;
let key: string;

beforeAll(async () => {
  [postgres, sandbox] = await Promise.all([
    startPostgres(postgresPrograms()),
    startSandbox({ accounts: 1, regions: [region] }),
  ]);
  const url = postgres.createDatabase('replicas');
  database = await openDatabase({ url }, { migrating: true });
  await migrate(database.db);
  const roles = ['requester', 'qa', 'approver'] as const;
  key = await new KeyStore(database.db, systemClock).create({ name: 'all', roles, operations: [] });
  const [{ id: account, accessKeyId, secretAccessKey }] = sandbox.accounts as [Sandbox['accounts'][0]];
  const credentials = { accessKeyId, secretAccessKey };
  const ec2 = new EC2Client({ endpoint: sandbox.endpoint, region, credentials });
  const snapshotId = await emptySnapshot(ec2);
  ec2.destroy();
  replicas = new Replicas({
    ...sandbox.environment,
    ...{ AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey, AWS_REGION: region },
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
    DATABASE_URL: url,
    IMAGE: sandbox.model.addImage({ account, region, snapshotId }),
  });
  await Promise.all([replicas.start(), replicas.start(), replicas.start()]);
});

afterAll(async () => {
  await replicas.stop();
  await database.close();
  await Promise.all([postgres.stop(), sandbox.close()]);
});

/** The least that an instance can be launched of. */
const emptySnapshot = async (ec2: EC2Client): Promise<string | undefined> => {
  const { VolumeId } = await ec2.send(new CreateVolumeCommand({ AvailabilityZone: `${region}a`, Size: 1 }));
  const waiting = { client: ec2, minDelay: 1, maxDelay: 1, maxWaitTime: 60 };
  await waitUntilVolumeAvailable(waiting, { VolumeIds: [VolumeId ?? ''] });
  return (await ec2.send(new CreateSnapshotCommand({ VolumeId }))).SnapshotId;
};

/**
 * Asks for what people ask for, until all lifecycles are at their ends, and kills a server after every hundred or so events that have ended.
 *
 * @returns answers other than that it was done, or was already
 */
const goAllTheWay = async (random: () => number): Promise<readonly number[]> => {
  const surprises: number[] = [];
  const asked = new Set<string>();
  const send = async (name: string, request: typeof newLifecycle) => {
    if (asked.has(name)) return;
    asked.add(name);
    const status = await ask(replicas.url(random()), key, request);
    if (status !== undefined && status !== 200 && status !== 409) surprises.push(status);
    asked.delete(name);
  };
  let nextKill = 50;
  let killed = Promise.resolve();
  for (;;) {
    const { lifecycles, completed, atEnd, asks } = await nextAsks(database);
    if (lifecycles >= count && atEnd === lifecycles) break;
    if (completed >= nextKill) {
      nextKill = completed + 50 + 150 * random();
      killed = killed.then(() => replicas.replace(random()));
    }
    // A few at once, as clients come.
    for (let index = lifecycles; index < Math.min(count, lifecycles + 8); index += 1)
      void send(`new ${index % 8}`, newLifecycle);
    for (const { id, request } of asks) void send(id, request);
    await setTimeout(250);
  }
  await killed;
  return surprises;
};

const instancesLeft = async (): Promise<readonly string[]> => {
  const { instances } = await sandbox.model.inventory(sandbox.accounts[0]!.id, region);
  return instances
    .filter(({ State }) => !['terminated', 'shutting-down'].includes(State?.Name ?? ''))
    .map(({ InstanceId = '' }) => InstanceId);
};

it('[W-A8] [W-E3] takes 200 lifecycles through all events while servers are killed: each result once, and nothing left behind', async () => {
  const random = seededRandom(7);
  expect(await goAllTheWay(random)).toEqual([]);
  expect(replicas.killed).toBeGreaterThan(4);

  const { db } = database;
  const attempts = await db.selectFrom('attempts').selectAll().orderBy('sequence').execute();
  const ways = new Map<string, string[]>();
  for (const { lifecycleId, event, status } of attempts)
    ways.set(lifecycleId, [...(ways.get(lifecycleId) ?? []), `${event} ${status}`]);
  expect(ways.size).toBeGreaterThanOrEqual(count);
  for (const way of ways.values()) expect(way).toEqual(wholeWay.map((event) => `${event} COMPLETED`));

  const told = await db
    .selectFrom('notices')
    .selectAll()
    .where('kind', 'in', ['COMPLETED', 'FAILED'])
    .execute();
  const results = told.map(({ lifecycleId, event }) => `${lifecycleId} ${event}`);
  expect(results.length).toBe(new Set(results).size);

  await expect.poll(instancesLeft, { timeout: 60_000, interval: 500 }).toEqual([]);
}, 600_000);
