import { type LifecycleEvent, lifecyclePath, lifecycleRoutes, typeOfEvent } from '@ami-publisher/core';
import type { NoticeKind } from '../lifecycles/draft.js';
import { withoutSecrets } from '../redaction.js';
import type { Delivery } from '../store/notification-outbox.js';

/** What a channel tells: texts that anybody may see. */
export interface Message {
  /** The same each time that a delivery is tried. */
  readonly id: string;
  readonly kind: NoticeKind;
  readonly event: LifecycleEvent | null;
  /** What happened, one sentence. */
  readonly text: string;
  readonly at: Date;
  readonly lifecycleId: string;
  readonly stackTag: string;
  readonly productName: string;
  readonly productVer: string;
  readonly owner: string;
  /** URL of the timeline; it has no key. */
  readonly timeline: string;
}

/** What a message tells, as JSON and templates name it; times in ISO 8601. */
export const valuesOf = (message: Message) => ({
  kind: message.kind,
  event: message.event,
  text: message.text,
  at: message.at.toISOString(),
  lifecycle_id: message.lifecycleId,
  stack_tag: message.stackTag,
  product_name: message.productName,
  product_ver: message.productVer,
  owner: message.owner,
  timeline: message.timeline,
});

/**
 * The message of a delivery.
 *
 * @param publicUrl base of the server's URLs, without a slash at its end.
 */
export const messageOf = (delivery: Delivery, publicUrl: string): Message => {
  const { id, kind, event, text, at, lifecycleId, stackTag, productName, productVer, owner } = delivery;
  const route =
    event !== null && typeOfEvent(event) === 'ami-patch'
      ? lifecycleRoutes.getLifecycleTimelineByLifecycleIdPatch
      : lifecycleRoutes.getLifecycleTimelineByLifecycleId;
  return {
    ...{ id, kind, event, at, lifecycleId },
    text: withoutSecrets(text),
    stackTag: withoutSecrets(stackTag),
    productName: withoutSecrets(productName),
    productVer: withoutSecrets(productVer),
    owner: withoutSecrets(owner),
    timeline: `${publicUrl}${lifecyclePath(route, lifecycleId)}`,
  };
};
