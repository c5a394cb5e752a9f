import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { GoImageServer } from '../../packages/image/test/support/go-image-server.js';
import { independentWalk } from '../../packages/image/test/support/independent-walk.js';
import { createAuthority } from '../../packages/srpc/test/support/certificates.js';
import { createWorld, type PrintedResults, type World } from '../support/world.js';

const directory = mkdtempSync(join(tmpdir(), 'ami-publisher-e2e-go-'));
const certificates = join(directory, 'certificates');
let images: GoImageServer;
let world: World;

const treeOf = (leaf: string): string => join(directory, leaf);

const makeTree = (leaf: string): void => {
  mkdirSync(join(treeOf(leaf), 'etc'), { recursive: true });
  writeFileSync(join(treeOf(leaf), 'etc/version'), `${leaf}\n`);
  writeFileSync(join(treeOf(leaf), 'etc/same'), 'same\n');
};

/** Directories have no times of their own on an image server of Go. */
const walk = (root: string): string[] =>
  independentWalk(root).map((line) => (line.includes(': directory ') ? line.replace(/\d+$/, '') : line));

beforeAll(async () => {
  const authority = await createAuthority('estate');
  const { cert, key } = await authority.issue({ name: 'images' });
  images = new GoImageServer({ ca: authority.ca, cert, key });
  for (const leaf of ['1', '2']) {
    makeTree(leaf);
    images.add(`base/debian/${leaf}`, treeOf(leaf));
  }
  const imageServer = await images.start();
  const fetcher = await authority.issue({
    name: 'fetcher',
    methods: ['ImageServer.*', 'ObjectServer.GetObjects'],
  });
  mkdirSync(certificates);
  writeFileSync(join(certificates, 'CA.pem'), authority.ca);
  writeFileSync(join(certificates, 'fetcher.cert'), fetcher.cert);
  writeFileSync(join(certificates, 'fetcher.key'), fetcher.key);
  world = await createWorld({
    ...{ accounts: 1, regions: ['us-east-1'], imageServer },
    unpackerArguments: ['--image-server-protocol', 'auto', '--image-server-certs', certificates],
  });
});
afterAll(async () => {
  await world?.close();
  images?.stop();
  rmSync(directory, { recursive: true, force: true });
});

it.each(['1', '2'])('release %s of an image server of Go is published', async (leaf) => {
  const configuration = join(directory, 'configuration.yaml');
  writeFileSync(configuration, `imageServerProtocol: srpc\nsrpc: { certificates: ${certificates} }\n`);
  const run = await world.runWith(
    { AMI_PUBLISHER_CONFIG: configuration },
    ...['publish', 'base/debian', leaf, '--targets', '*,*'],
  );
  expect(run.code, run.stderr).toBe(0);
  const { targets } = run.json<PrintedResults>();
  expect(targets).toHaveLength(1);
  for (const { snapshotId = '' } of targets)
    expect(walk(join(world.sandbox.model.snapshotPath(snapshotId), 'tree'))).toEqual(walk(treeOf(leaf)));
  expect(images.calls).toContain('ObjectServer.GetObjects');
});
