import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Sandbox, startSandbox } from '@ami-publisher/sandbox';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { destroyClients, ec2Client } from './support/aws.js';
import { availableVolume, completedSnapshot, registeredImage, registration } from './support/resources.js';

describe('The audit over HTTP', () => {
  let sandbox: Sandbox;
  destroyClients();

  beforeAll(async () => {
    sandbox = await startSandbox({ latency: { completeSnapshotMs: 10, createVolumeMs: 10 } });
  });
  afterAll(() => sandbox.close());

  test('[AUDIT-3] Knows what a volume held from its seal, whatever anybody tagged', async () => {
    const ec2 = ec2Client(sandbox);
    const volumeId = await availableVolume(ec2, 'us-east-1a');
    const content = sandbox.model.volumePath(volumeId);
    await mkdir(join(content, 'tree'));
    const label = { stream: 'base/debian', leaf: '1', manifestDigest: 'aa', generation: 1 };
    await writeFile(join(content, 'seal.json'), JSON.stringify(label));
    const snapshotId = await completedSnapshot(ec2, volumeId);
    const image = (name: string, digest: string) =>
      registeredImage(ec2, {
        ...registration(name, snapshotId),
        TagSpecifications: [
          { ResourceType: 'image', Tags: [{ Key: 'ami-publisher:manifest-digest', Value: digest }] },
        ],
      });
    await image('right', 'aa');
    const wrong = await image('wrong', 'bb');
    expect(sandbox.model.audit()).toEqual({
      orphans: [],
      duplicates: [],
      mislabels: [
        {
          accountId: sandbox.accounts[0]!.id,
          region: 'us-east-1',
          id: wrong,
          publication: '',
          labelled: 'bb',
          held: 'aa',
        },
      ],
    });
  });
});
