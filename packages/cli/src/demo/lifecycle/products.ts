import { mkdir } from 'node:fs/promises';
import type { SandboxCloud } from '@ami-publisher/sandbox';
import { snapshotOf } from './snapshot-of.js';

/** The stream that is published, the product that it is, and where its AMIs are tested. */
export const product = { stream: 'demo/edge', name: 'edge-gateway', version: '4.2.0' } as const;

/** Where things of the demo are. */
export interface DemoPlaces {
  /** Account and region whose AMI is tested: the first of the sandbox. */
  readonly accountId: string;
  readonly region: string;
  /** Bucket of component documents there. */
  readonly bucket: string;
  /** Parameter that names the AMI in production. */
  readonly parameter: string;
}

/** The same in every run. */
export const placesOf = ({ accounts, regions }: SandboxCloud): DemoPlaces => ({
  accountId: accounts[0]?.id ?? '',
  region: regions[0] ?? '',
  bucket: 'demo-components',
  parameter: '/images/edge',
});

/** Lets every account use what the others encrypt: AMIs are shared with nobody whom their key keeps out. */
const keyPolicy = (accounts: SandboxCloud['accounts']) => ({
  Version: '2012-10-17' as const,
  Statement: accounts.map(({ id }) => ({
    Effect: 'Allow' as const,
    Principal: { AWS: `arn:aws:iam::${id}:root` },
    Action: 'kms:*',
    Resource: '*',
  })),
});

/**
 * What `serve --executors` is told: the product is published to every account, tested and scanned in the first, handed to QA in the second.
 *
 * @param directory for journals
 * @param program the command line, as it runs on the instance where patches are made
 */
export const executorsFile = async (
  sandbox: SandboxCloud,
  directory: string,
  program: string,
): Promise<string> => {
  const { accounts, model, imageServer, certificatesDirectory = '' } = sandbox;
  const { region, parameter } = placesOf(sandbox);
  const [first, second] = accounts;
  const image = await addBuilder(sandbox);
  const policy = keyPolicy(accounts);
  for (const { id } of accounts) model.addKmsKey({ accountId: id, region }, 'alias/amis', policy);
  return JSON.stringify(
    {
      publisher: {
        accounts: Object.fromEntries(accounts.map(({ name }) => [name, { profile: name }])),
        imageServer,
        certificates: certificatesDirectory,
        journal: directory,
      },
      products: [
        {
          stream: product.stream,
          targets: accounts.map(({ name }) => `${name},${region}`).join(';'),
          primary: `${first?.name},${region}`,
          kmsKey: 'alias/amis',
          smokeTests: [
            { name: 'has its release notice', command: 'cat /etc/motd', stdoutMatches: '^release' },
            { fileExists: '/etc/os-release' },
          ],
          scan: { allowed: { CRITICAL: 0, HIGH: 0, MEDIUM: 1 } },
          qa: { accounts: [second?.id] },
          production: { accounts: [second?.id], parameter },
          builder: {
            image,
            command: [process.execPath, program],
            options: ['--image-server', imageServer, '--certs', certificatesDirectory],
          },
        },
      ],
    },
    null,
    2,
  );
};

/** An AMI with an empty disk: an instance of it is this machine. @returns its id */
const addBuilder = async (sandbox: SandboxCloud): Promise<string> => {
  const { accountId, region } = placesOf(sandbox);
  const id = sandbox.model.addImage({ account: accountId, region, name: 'builder' });
  const snapshotId = await snapshotOf(sandbox, { image: id, accountId, region });
  await mkdir(sandbox.model.snapshotPath(snapshotId), { recursive: true });
  return id;
};
