import { type LifecycleType, lifecyclePath, lifecycleRoutes } from '@ami-publisher/core';

/** Path of a timeline, which records have in their URLs. */
export const timelinePath = (type: LifecycleType, lifecycleId: string): string =>
  lifecyclePath(timelineRoutes[type], lifecycleId);

/** Routes of the timelines. */
export const timelineRoutes = {
  'ami-creation': lifecycleRoutes.getLifecycleTimelineByLifecycleId,
  'ami-patch': lifecycleRoutes.getLifecycleTimelineByLifecycleIdPatch,
} as const;
