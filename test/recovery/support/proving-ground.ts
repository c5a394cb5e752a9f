import { mkdtemp, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { tagKeys } from '@ami-publisher/core';
import type { HeldCall, Inventory, SandboxAccount } from '@ami-publisher/sandbox';
import { EC2Client, type Tag } from '@aws-sdk/client-ec2';
import { createWorld, type Run, type Running, type World } from '../../support/world.js';
import { addImage } from './add-image.js';

/** How long a new resource is missing from lists, ms. */
export const listMs = 5_000;

/** One account with two targets, and a stream of its own: what one case works with. */
export interface Ground {
  readonly world: World;
  readonly account: SandboxAccount;
  readonly stream: string;
  /** `XDG_STATE_HOME` of its commands. */
  readonly stateDirectory: string;
  /** `account,*` */
  readonly targets: string;
  /** Adds a release of the stream. */
  addRelease(leaf: string, content: string): Promise<void>;
  run(...command: string[]): Promise<Run>;
  start(...command: string[]): Running;
  /** Holds the next such call to the first of the two targets. */
  hold(action: string, point: 'before' | 'after'): Promise<HeldCall>;
  /** An EC2 client of somebody in the account whom no policy binds. */
  ec2(region: string): EC2Client;
  /** The publication that was begun last. */
  publicationId(): Promise<string>;
  /** What the two targets hold that a publication made, by the tags on it. */
  madeBy(publicationId: string): Promise<Made>;
  /** Has something done when the case has ended. */
  afterwards(work: () => Promise<void>): void;
  /** Volumes of the stream in both targets. */
  volumesOfStream(): Promise<number>;
}

export interface Made {
  readonly images: number;
  readonly snapshots: number;
  readonly volumes: number;
}

/** Many accounts, so that cases can wait side by side. Each account serves one case at a time. */
export interface ProvingGround {
  readonly world: World;
  /** Runs a case in an account that is free. */
  use(work: (ground: Ground) => Promise<void>): Promise<void>;
  close(): Promise<void>;
}

/** Starts a sandbox whose lists lag, and whose faults take in the calls of unpackers. */
export const createProvingGround = async (accounts: number): Promise<ProvingGround> => {
  const world = await createWorld({
    accounts,
    regions: ['eu-west-1', 'us-east-1'],
    unpackerFaults: true,
    visibility: { listMs },
    // A rollback may wait for a lease, and then for what a call that was cut off may have made.
    patienceMs: 280_000,
  });
  const free = [...world.sandbox.accounts];
  const waiting: ((account: SandboxAccount) => void)[] = [];
  const take = async (): Promise<SandboxAccount> => free.pop() ?? new Promise((get) => waiting.push(get));
  const giveBack = (account: SandboxAccount) => {
    const next = waiting.shift();
    if (next === undefined) free.push(account);
    else next(account);
  };
  let cases = 0;
  return {
    world,
    use: async (work) => {
      const account = await take();
      cases += 1;
      const last: (() => Promise<void>)[] = [];
      try {
        await work(await prepareGround(world, account, `case-${cases}/debian`, last));
      } finally {
        for (const step of last) await step();
        giveBack(account);
      }
    },
    close: () => world.close(),
  };
};

const prepareGround = async (
  world: World,
  account: SandboxAccount,
  stream: string,
  last: (() => Promise<void>)[],
): Promise<Ground> => {
  const { sandbox } = world;
  const home = await mkdtemp(join(world.directory, 'case-'));
  const environment = { XDG_STATE_HOME: home };
  const [region = ''] = sandbox.regions;
  const operator = sandbox.model.keyring.addUser(account.id, 'operator');
  const credentials = { accessKeyId: operator.accessKeyId, secretAccessKey: operator.secretAccessKey };
  const inventory = () =>
    Promise.all(sandbox.regions.map((name) => sandbox.model.inventory(account.id, name)));
  return {
    world,
    account,
    stream,
    stateDirectory: home,
    targets: `${account.name},*`,
    addRelease: (leaf, content) => addImage(world, `${stream}/${leaf}`, content),
    run: (...command) => world.runWith(environment, ...command),
    start: (...command) => world.start(environment, ...command),
    hold: (action, point) => sandbox.model.faults.hold(action, point, { account: account.id, region }),
    ec2: (name) => new EC2Client({ endpoint: sandbox.endpoint, region: name, credentials }),
    afterwards: (step) => void last.push(step),
    publicationId: async () => {
      const files = await readdir(join(home, 'ami-publisher', 'publications'));
      const journals = files.filter((file) => file.endsWith('.jsonl')).sort();
      return journals.at(-1)?.replace('.jsonl', '') ?? '';
    },
    madeBy: async (publicationId) => {
      const found = await inventory();
      const made = ({ Tags }: { Tags?: Tag[] | undefined }) =>
        hasTag(Tags, tagKeys.publication, publicationId);
      return {
        images: found.flatMap(({ images }) => images).filter(made).length,
        snapshots: found.flatMap(({ snapshots }) => snapshots).filter(made).length,
        volumes: found.flatMap(volumesThere).filter(made).length,
      };
    },
    volumesOfStream: async () => {
      const volumes = (await inventory()).flatMap(volumesThere);
      return volumes.filter(({ Tags }) => hasTag(Tags, tagKeys.stream, stream)).length;
    },
  };
};

/** A volume stays to be seen for a while after it was deleted. */
const volumesThere = ({ volumes }: Inventory) => volumes.filter(({ State }) => State !== 'deleting');

const hasTag = (tags: readonly Tag[] | undefined, key: string, value: string): boolean =>
  tags?.some((tag) => tag.Key === key && tag.Value === value) === true;
