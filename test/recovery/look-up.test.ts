import { join } from 'node:path';
import { type Cloud, FileJournalStore, type PublicationResults } from '@ami-publisher/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { blindCloud } from './support/blind-cloud.js';
import { fastClock, publisherInProcess } from './support/in-process.js';
import { killAt, type Moment } from './support/kill.js';
import { createProvingGround, type Ground, type ProvingGround } from './support/proving-ground.js';

let grounds: ProvingGround;
beforeAll(async () => {
  grounds = await createProvingGround(2);
});
afterAll(() => grounds?.close());

/** Resumes in this process, through a cloud of the test's own. */
const resume = async (ground: Ground, wrap: (cloud: Cloud) => Cloud): Promise<PublicationResults> => {
  const { account, world } = ground;
  // From the time of the death on: the minute in which an effect may stay invisible is waited for; the lag of lists is real.
  const clock = fastClock(8);
  const journals = new FileJournalStore(join(ground.stateDirectory, 'ami-publisher', 'publications'));
  const { publisher, close } = await publisherInProcess({ account, world, journals, clock, wrap });
  try {
    const publication = await publisher.resume(await ground.publicationId());
    return await publication.results;
  } finally {
    close();
  }
};

const finish = (moment: Moment, action: string, wrap: (cloud: Cloud) => Cloud) =>
  grounds.use(async (ground) => {
    await ground.addRelease('1', 'first');
    const { settled } = await killAt(
      ground,
      ['publish', ground.stream, '1', '--targets', ground.targets],
      action,
      moment,
    );
    const results = await resume(ground, wrap);
    await settled;
    expect(results.targets.map(({ status }) => status)).toEqual(['published', 'published']);
    expect(await ground.madeBy(await ground.publicationId())).toMatchObject({ images: 2, snapshots: 2 });
  });

const moments: readonly Moment[] = ['before it is answered', 'two seconds before its effect'];

// The call to the second target, which is not held, may be under way as well when the publisher dies: then both are doubled, or both fail.
describe.concurrent('A publisher killed at CreateSnapshot', () => {
  it.each(moments)('%s leaves no second snapshot when it is resumed', (moment) =>
    finish(moment, 'CreateSnapshot', (cloud) => cloud),
  );

  it.each(moments)('%s would leave a second snapshot, if nothing were looked up by tags', (moment) =>
    expect(finish(moment, 'CreateSnapshot', blindCloud)).rejects.toThrow(/snapshots: [34]/),
  );
});

describe('A publisher killed at RegisterImage', () => {
  it('before it is answered could not be resumed, if nothing were looked up', () =>
    expect(
      finish('before it is answered', 'RegisterImage', (cloud) => withoutNames(blindCloud(cloud))),
    ).rejects.toThrow(/expected \[ 'failed', '\w+' \]/));
});

/** The AMI's name is the key of a registration: it is looked up by that. */
const withoutNames = (cloud: Cloud): Cloud => ({
  ...cloud,
  ec2: async (target) => {
    const api = await cloud.ec2(target);
    return {
      ...api,
      describeImages: async (input, options) =>
        input.Filters?.some(({ Name }) => Name === 'name') === true ? {} : api.describeImages(input, options),
    };
  },
});
