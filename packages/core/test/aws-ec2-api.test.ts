import { systemClock } from '@ami-publisher/base';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createAwsEc2Api } from '../src/cloud/aws-ec2-api.js';
import type { Ec2Api } from '../src/cloud/ec2-api.js';
import { Pacer } from '../src/cloud/pacer.js';
import { type DroppingServer, startDroppingServer } from './support/dropping-server.js';

let server: DroppingServer;
let connection: { readonly api: Ec2Api; close(): void };
beforeEach(async () => {
  server = await startDroppingServer();
  connection = await createAwsEc2Api({
    target: 'dev,us-east-1',
    pacer: new Pacer(systemClock),
    unshared: {},
    config: {
      region: 'us-east-1',
      endpoint: server.endpoint,
      credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' },
    },
  });
});
afterEach(async () => {
  connection.close();
  await server.close();
});

const unavailable = (call: string) => ({ code: 'AWS_UNAVAILABLE', target: 'dev,us-east-1', call });

describe('a connection that is dropped without an answer', () => {
  it.each<[string, (api: Ec2Api) => Promise<unknown>]>([
    ['CreateSnapshot', (api) => api.createSnapshot({ VolumeId: 'vol-1' })],
    ['RegisterImage', (api) => api.registerImage({ Name: 'a' })],
    ['AttachVolume', (api) => api.attachVolume({ VolumeId: 'vol-1', InstanceId: 'i-1', Device: '/dev/sdf' })],
    ['StartInstances', (api) => api.startInstances({ InstanceIds: ['i-1'] })],
    ['DeleteVolume', (api) => api.deleteVolume({ VolumeId: 'vol-1' })],
    ['ModifyVolume', (api) => api.modifyVolume({ VolumeId: 'vol-1', Size: 2 })],
  ])('has %s sent once only', async (action, call) => {
    await expect(call(connection.api)).rejects.toMatchObject(unavailable(`ec2:${action}`));
    expect(server.actions).toEqual([action]);
  });

  it.each<[string, (api: Ec2Api) => Promise<unknown>]>([
    ['DescribeVolumes', (api) => api.describeVolumes({})],
    ['CreateTags', (api) => api.createTags({ Resources: ['vol-1'], Tags: [{ Key: 'a', Value: 'b' }] })],
    [
      'CreateVolume',
      (api) => api.createVolume({ AvailabilityZone: 'us-east-1a', Size: 1, ClientToken: 'token' }),
    ],
  ])('has %s sent again, six times in all', async (action, call) => {
    await expect(call(connection.api)).rejects.toMatchObject(unavailable(`ec2:${action}`));
    expect(server.actions).toEqual(Array(6).fill(action));
  });

  it('names the resource in the error', async () => {
    await expect(connection.api.createSnapshot({ VolumeId: 'vol-1' })).rejects.toThrow(
      /^dev,us-east-1: ec2:CreateSnapshot on vol-1: /,
    );
  });
});

describe('a call that is cancelled', () => {
  it('ends with the caller’s reason', async () => {
    const reason = new Error('enough');
    const call = connection.api.describeVolumes({}, { signal: AbortSignal.abort(reason) });
    await expect(call).rejects.toBe(reason);
  });
});
