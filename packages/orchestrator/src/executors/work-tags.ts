import { createHash } from 'node:crypto';
import type { Tags } from '@ami-publisher/core';
import type { Attempt } from '../lifecycles/state.js';

/** Keys of the tags of everything that an attempt launches. */
export const workTagKeys = {
  lifecycle: 'ami-lifecycle:id',
  event: 'ami-lifecycle:event',
  attempt: 'ami-lifecycle:attempt',
} as const;

/** The tags of what an attempt launches: by them it is found again and removed, whoever looks. */
export const workTags = ({ id, lifecycleId, event }: Attempt): Tags => ({
  [workTagKeys.lifecycle]: lifecycleId,
  [workTagKeys.event]: event,
  [workTagKeys.attempt]: id,
});

/** A client token, by which AWS does once what an attempt asks for twice. */
export const workToken = ({ id }: Attempt, purpose: string): string =>
  createHash('sha256').update(`${id} ${purpose}`).digest('base64url');
