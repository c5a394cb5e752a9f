import { VirtualClock } from '@ami-publisher/base';
import { describe, expect, it } from 'vitest';
import { ModelCloud } from '../model-front/model-cloud.js';

const world = async () => {
  const clock = new VirtualClock();
  const cloud = new ModelCloud({ clock, regions: ['us-east-1'] });
  const run = <T>(work: Promise<T>): Promise<T> => clock.runUntil(work);
  const [target] = (await run(cloud.resolveTargets('*,*'))).targets;
  const ec2 = await cloud.ec2(target!);
  const ImageId = cloud.model.addImage({ account: target!.accountId, region: 'us-east-1' });
  const launch = async (request: object) => {
    const { Instances } = await run(ec2.runInstances({ ImageId, MinCount: 1, MaxCount: 1, ...request }));
    return Instances?.[0]?.InstanceId ?? '';
  };
  const stateOf = async (id: string) => {
    const { Reservations } = await run(ec2.describeInstances({ InstanceIds: [id] }));
    return Reservations?.[0]?.Instances?.[0]?.State?.Name;
  };
  const consoleOf = async (InstanceId: string) => {
    const { Output = '' } = await run(ec2.getConsoleOutput({ InstanceId }));
    return Buffer.from(Output, 'base64').toString();
  };
  return { clock, consoleOf, launch, stateOf };
};

/** Waits for a volume that never comes. */
const copierScript = "#!/bin/bash\nreadonly serial='vol0123456789abcdef0'\nreadonly ticket='x'\n";

describe('the console', () => {
  it('[RUN-5] [RUN-6] tells what a machine has said that switched itself off for want of its volume', async () => {
    const { clock, consoleOf, launch, stateOf } = await world();
    const id = await launch({ UserData: Buffer.from(copierScript).toString('base64') });
    await clock.advance(300_000);
    expect([await stateOf(id), await consoleOf(id)]).toEqual(['running', '']);
    await clock.advance(600_000);
    expect(await stateOf(id)).toBe('stopped');
    expect(await consoleOf(id)).toBe(
      'ami-publisher copier vol0123456789abcdef0: failed waiting for the volume (status 1)\n',
    );
  });

  it('[RUN-6] is empty without user data, and of no instance that is not there', async () => {
    const { consoleOf, launch } = await world();
    expect(await consoleOf(await launch({}))).toBe('');
    await expect(consoleOf('i-0123456789abcdef0')).rejects.toMatchObject({ code: 'AWS_NOT_FOUND' });
  });

  it('[RUN-5] ends an instance that switched itself off where its launch asked for that, protected or not', async () => {
    const { clock, launch, stateOf } = await world();
    const id = await launch({
      UserData: Buffer.from(copierScript).toString('base64'),
      InstanceInitiatedShutdownBehavior: 'terminate',
      DisableApiTermination: true,
    });
    await clock.advance(900_000);
    expect(await stateOf(id)).toBe('terminated');
  });
});
