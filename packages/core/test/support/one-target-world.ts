import { VirtualClock } from '@ami-publisher/base';
import { ModelCloud, type ModelCloudOptions } from '@ami-publisher/sandbox';
import type { PublishOptions } from '../../src/publish/options.js';
import { Publisher } from '../../src/publish/publisher.js';
import { MemoryJournalStore } from '../../src/steps/memory-journal.js';
import { UnpackerFleet } from '../../src/unpacker/fleet.js';
import type { UnpackerClient } from '../../src/unpacker/unpacker-client.js';

export interface OneTargetOptions extends Pick<ModelCloudOptions, 'latency'> {
  /** What the client of the unpacker does otherwise than the model's. */
  readonly override?: (client: UnpackerClient) => Partial<UnpackerClient>;
}

/** One target with an unpacker, in virtual time. */
export const createWorld = async ({ override = () => ({}), ...options }: OneTargetOptions = {}) => {
  const clock = new VirtualClock();
  const cloud = new ModelCloud({ clock, ...options });
  await clock.runUntil(cloud.addUnpackers());
  const fleet = new UnpackerFleet({
    cloud,
    createClient: (...of) => {
      const client = cloud.createUnpackerClient(...of);
      const own = override(client);
      return new Proxy(client, {
        get: (_, name: keyof UnpackerClient) => own[name] ?? client[name].bind(client),
      });
    },
  });
  const publisher = new Publisher({ cloud, fleet, images: cloud.images, journals: new MemoryJournalStore() });
  const targets = await clock.runUntil(cloud.resolveTargets('*,*'));
  const plan = (stream: string, leaf = '1', more: Partial<PublishOptions> = {}) => {
    cloud.images.add({ stream, leaf });
    return clock.runUntil(publisher.plan({ stream, leaf, targets, ...more }));
  };
  return { clock, cloud, publisher, plan };
};
