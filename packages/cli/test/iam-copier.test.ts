import { type BootstrapRequest, operationCommands, type Target } from '@ami-publisher/core';
import { expect, it } from 'vitest';
import { copierPolicy } from '../src/docs/iam/copier.js';
import { documentOf } from '../src/docs/iam/policy.js';
import { attachVolume, createRecordedCloud, type RecordedCloud } from './support/recorded-cloud.js';

const stream = 'base/unpacker';
const parameter = '/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64';
const command = operationCommands.find(({ name }) => name === 'copy-bootstrap-image')!;

/** Has the unpacker of a target hold a release of the stream, of which there is an AMI, too. */
const prepareSource = async (world: RecordedCloud, source: Target): Promise<void> => {
  const { cloud, run } = world;
  const { instances } = await cloud.model.inventory(source.accountId, source.region);
  const [{ InstanceId = '' } = {}] = instances;
  const id = await attachVolume(world, source, InstanceId, {});
  const { manifestDigest } = cloud.images.add({ stream, leaf: '1' });
  const client = cloud.createUnpackerClient(source, { InstanceId, PrivateIpAddress: '10.0.0.1' });
  await run(
    (async () => {
      await client.createStream(stream);
      const lease = await client.acquireLease(stream, 'pub', 'test');
      await client.addDevice({ id, hint: '/dev/sdf', kmsKeys: [] }, lease);
      await client.unpackImage('u', { leaf: '1', manifestDigest }, lease);
      await client.releaseLease(lease);
    })(),
  );
  const tags = { Name: stream, 'ami-publisher:leaf': '1' };
  cloud.model.addImage({ account: source.accountId, region: source.region, name: 'first', tags });
};

it('lets the first AMI be copied by an instance, and be taken back, and has no entry that is not needed', async () => {
  const world = await createRecordedCloud(documentOf(copierPolicy));
  const { cloud, operations, run, targets } = world;
  const [source, destination] = targets.targets as [Target, Target];
  await prepareSource(world, source);
  const { accountId: account, region } = destination;
  const value = cloud.model.addImage({ account, region, name: 'al2023' });
  cloud.model.references(destination).putParameter({ name: parameter, value });

  const request: BootstrapRequest = { stream, via: 'instance' };
  const copied = await run(operations.run(command, targets, request));
  expect(copied.targets.map(({ status, message }) => [status, message])).toEqual([
    ['nothing', undefined],
    ['done', undefined],
  ]);
  expect((await run(operations.undo(copied.operationId))).ok).toBe(true);
  expect(cloud.model.iam.unused()).toEqual([]);
  expect(cloud.model.calls.list().filter(({ error }) => error === 'UnauthorizedOperation')).toEqual([]);
});
