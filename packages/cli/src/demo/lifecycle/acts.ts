import {
  enabledEvents,
  type LifecycleClient,
  LifecycleDiscovery,
  type LifecycleEvent,
  type LifecycleType,
  requestedEvents,
  stepsOfType,
} from '@ami-publisher/core';
import type { DemoRole } from './orchestrator.js';
import { product } from './products.js';
import { component } from './release.js';

/** Something that a person asks the server for. */
export interface Act {
  /** What is done, as a sentence. */
  readonly says: string;
  readonly by: DemoRole;
  /** @returns the lifecycle that it is about */
  ask(client: LifecycleClient, lifecycleId: string): Promise<string>;
  /** What happens because of it, in order. */
  readonly events: readonly LifecycleEvent[];
}

const everything = (type: LifecycleType) => ({ type, isNew: true, steps: stepsOfType(type) }) as const;
const stack_tag = 'main';
const owner = 'lifecycle-demo';
const channel = { method: 'EMAIL', target: 'team@example.org' } as const;
const request = { stack_tag, owner, notifications: [channel] };

const idOf = async (answer: Promise<{ readonly lifecycle_id: string }>): Promise<string> =>
  (await answer).lifecycle_id;

/** A lifecycle from the build of its AMI to a patch in production. @param bucket where the component document goes */
export const acts = (bucket: string): readonly Act[] => [
  {
    says: 'The requester asks for an AMI: it is published to two accounts, tested, scanned and handed to QA.',
    by: 'requester',
    ask: (client) =>
      idOf(
        client.create({
          ...request,
          product_name: product.name,
          product_ver: product.version,
          commit_ref: '9f1c2b7e4a5d6c8b0e3f1a2d4c6b8e0f12345678',
          events: requestedEvents(everything('ami-creation')) as never,
        }),
      ),
    events: enabledEvents(everything('ami-creation')),
  },
  {
    says: 'QA certifies it.',
    by: 'qa',
    ask: (client, lifecycle_id) =>
      idOf(client.certify({ lifecycle_id, stack_tag, certification_status: 'CERTIFIED' })),
    events: ['QA_CERTIFICATION_RESPONSE'],
  },
  {
    says: 'The approver releases it: it is shared, protected, and named by a parameter.',
    by: 'approver',
    ask: (client, lifecycle_id) =>
      idOf(client.approve({ lifecycle_id, stack_tag, approval_status: 'APPROVED' })),
    events: ['MARK_FOR_PRODUCTION_CREATE'],
  },
  {
    says: 'The requester asks for a patch: the disk is changed without booting it, published, tested and scanned.',
    by: 'requester',
    ask: async (client, lifecycle_id) =>
      idOf(
        client.createPatch({
          ...request,
          lifecycle_id,
          commit_ref: '1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d',
          events: requestedEvents(everything('ami-patch')) as never,
          properties: {
            patch_component_url: await uploadComponent(bucket, lifecycle_id),
            patch_change_description: 'newer openssl',
            semver_bump_type: 'PATCH',
          },
        }),
      ),
    events: enabledEvents(everything('ami-patch')),
  },
  {
    says: 'The approver releases the patch.',
    by: 'approver',
    ask: (client, lifecycle_id) =>
      idOf(client.approvePatch({ lifecycle_id, stack_tag, approval_status: 'APPROVED' })),
    events: ['MARK_FOR_PRODUCTION_PATCH'],
  },
];

const uploadComponent = async (bucket: string, lifecycleId: string): Promise<string> => {
  const discovery = new LifecycleDiscovery();
  const content = new TextEncoder().encode(component);
  const url = await discovery.componentUrl({ lifecycleId, name: 'openssl.yaml', content }, { bucket });
  await discovery.uploadComponent(url, content);
  return url;
};
