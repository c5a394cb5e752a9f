import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock, VirtualClock } from '@ami-publisher/base';
import { AwsCloud, type Cloud, type Ec2Api, type Poller, type Target } from '@ami-publisher/core';
import { type CloudBehaviour, type CloudModel, ModelCloud, startSandbox } from '@ami-publisher/sandbox';

/** The cloud as core sees it, through one of the fronts, with one unpacker instance that runs nothing of ours. */
export interface Front {
  readonly cloud: Cloud;
  readonly model: CloudModel;
  readonly target: Target;
  readonly ec2: Ec2Api;
  readonly poller: Poller;
  readonly instanceId: string;
  /** Waits for an outcome, in the time that the front lives in. */
  run<T>(outcome: Promise<T>): Promise<T>;
  sleep(ms: number): Promise<void>;
  close(): Promise<void>;
}

export type OpenFront = (behaviour?: CloudBehaviour) => Promise<Front>;

const account = { id: '111111111111', name: 'development' };
const region = 'us-east-1';

const connect = async (cloud: Cloud) => {
  const target: Target = { partition: 'aws', accountId: account.id, account: account.name, region };
  return { cloud, target, ec2: await cloud.ec2(target), poller: await cloud.poller(target) };
};

/** Core's own way to AWS, over HTTP, in real time. */
export const openHttpFront: OpenFront = async (behaviour) => {
  const directory = await mkdtemp(join(tmpdir(), 'sandbox-contract-'));
  const sandbox = await startSandbox({ ...behaviour, accounts: [account], regions: [region], directory });
  Object.assign(process.env, sandbox.environment);
  const accounts = { [account.name]: { profile: account.name } };
  const cloud = await AwsCloud.fromConfig({ accounts, endpoint: sandbox.endpoint });
  const instanceId = await sandbox.addInstance({ account: account.id, region, name: 'unpacker' });
  return {
    ...(await connect(cloud)),
    model: sandbox.model,
    instanceId,
    run: (outcome) => outcome,
    sleep: (ms) => systemClock.sleep(ms),
    close: async () => {
      cloud.close();
      await sandbox.close();
      for (const name of Object.keys(sandbox.environment)) delete process.env[name];
      await rm(directory, { recursive: true, force: true });
    },
  };
};

/** The same model without sockets, in virtual time. */
export const openModelFront: OpenFront = async (behaviour) => {
  const clock = new VirtualClock();
  const cloud = new ModelCloud({ ...behaviour, accounts: [account], regions: [region], clock });
  const [instanceId = ''] = await clock.runUntil(cloud.addUnpackers());
  return {
    ...(await connect(cloud)),
    model: cloud.model,
    instanceId,
    run: (outcome) => clock.runUntil(outcome),
    sleep: (ms) => clock.advance(ms),
    close: () => cloud.model.close(),
  };
};

export const fronts: readonly (readonly [name: string, open: OpenFront])[] = [
  ['HTTP front', openHttpFront],
  ['model front', openModelFront],
];

/** The error that a call fails with. */
export const failureOf = async (call: Promise<unknown>): Promise<Record<string, unknown>> => {
  const outcome = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (outcome === undefined) throw new Error('the call succeeded');
  const { code, message, target, resource, call: name, retryable } = outcome as Record<string, unknown>;
  return { code, message, target, resource, call: name, retryable };
};
