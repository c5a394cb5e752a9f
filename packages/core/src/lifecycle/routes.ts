import type { LifecycleType } from './events.js';

/** What a key can be good for. Each of the original's keys is one of the first ten. */
export const lifecycleOperations = [
  'creation:post',
  'creation:put',
  'creation:certify',
  'creation:approve',
  'creation:timeline',
  'patch:post',
  'patch:put',
  'patch:approve',
  'patch:timeline',
  'status',
  'cancel',
  'retry',
  'delete',
] as const;
export type LifecycleOperation = (typeof lifecycleOperations)[number];

/** A route that takes a key. */
export interface LifecycleRoute {
  readonly method: 'GET' | 'POST' | 'PUT';
  /** `{lifecycle-id}` stands for the id. */
  readonly path: string;
  readonly operation: LifecycleOperation;
  /** What a wrong key is told. */
  readonly badKey: string;
  /** Whether the original lacks it. @default false */
  readonly isOwn?: true;
}

/** One of the routes that the original has as well. */
interface OriginalRoute extends LifecycleRoute {
  readonly type: LifecycleType;
}

const badStatusKey = 'Invalid API Key for AMI Get Status operation.';

/** The thirteen routes by their operation ids, in the order of the original's specification. */
export const lifecycleRoutes = {
  lifecycleCreate: {
    method: 'POST',
    path: '/ami-creation/lifecycles',
    operation: 'creation:post',
    type: 'ami-creation',
    badKey: 'Invalid API Key for AMI Lifecycle Create POST operation.',
  },
  lifecycleCreateUpdate: {
    method: 'PUT',
    path: '/ami-creation/lifecycles',
    operation: 'creation:put',
    type: 'ami-creation',
    badKey: 'Invalid API Key for AMI Lifecycle Create PUT operation.',
  },
  getLifecycleStatusWithStackTag: {
    method: 'GET',
    path: '/ami-creation/lifecycles/status',
    operation: 'status',
    type: 'ami-creation',
    badKey: badStatusKey,
  },
  getLifecycleStatusByLifecycleId: {
    method: 'GET',
    path: '/ami-creation/lifecycles/{lifecycle-id}/status',
    operation: 'status',
    type: 'ami-creation',
    badKey: badStatusKey,
  },
  lifecycleQACertification: {
    method: 'POST',
    path: '/ami-creation/lifecycles/{lifecycle-id}/certify',
    operation: 'creation:certify',
    type: 'ami-creation',
    badKey: 'Invalid API Key for AMI QA Certification operation.',
  },
  lifecycleCreationMarkForProductionApproval: {
    method: 'POST',
    path: '/ami-creation/lifecycles/{lifecycle-id}/approve',
    operation: 'creation:approve',
    type: 'ami-creation',
    badKey: 'Invalid API Key for AMI Creation Mark for Production Approval operation.',
  },
  getLifecycleTimelineByLifecycleId: {
    method: 'GET',
    path: '/ami-creation/lifecycles/{lifecycle-id}/timeline',
    operation: 'creation:timeline',
    type: 'ami-creation',
    badKey: 'Invalid API Key for AMI Timeline operation.',
  },
  lifecycleCreatePatch: {
    method: 'POST',
    path: '/ami-patch/lifecycles',
    operation: 'patch:post',
    type: 'ami-patch',
    badKey: 'Invalid API Key for AMI Lifecycle Patch POST operation.',
  },
  lifecycleCreateUpdatePatch: {
    method: 'PUT',
    path: '/ami-patch/lifecycles',
    operation: 'patch:put',
    type: 'ami-patch',
    badKey: 'Invalid API Key for AMI Lifecycle Patch PUT operation.',
  },
  getLifecycleStatusWithStackTagPatch: {
    method: 'GET',
    path: '/ami-patch/lifecycles/status',
    operation: 'status',
    type: 'ami-patch',
    badKey: badStatusKey,
  },
  getLifecycleStatusByLifecycleIdPatch: {
    method: 'GET',
    path: '/ami-patch/lifecycles/{lifecycle-id}/status',
    operation: 'status',
    type: 'ami-patch',
    badKey: badStatusKey,
  },
  lifecyclePatchMarkForProductionApproval: {
    method: 'POST',
    path: '/ami-patch/lifecycles/{lifecycle-id}/approve',
    operation: 'patch:approve',
    type: 'ami-patch',
    badKey: 'Invalid API Key for AMI Patch Mark for Production Approval operation.',
  },
  getLifecycleTimelineByLifecycleIdPatch: {
    method: 'GET',
    path: '/ami-patch/lifecycles/{lifecycle-id}/timeline',
    operation: 'patch:timeline',
    type: 'ami-patch',
    badKey: 'Invalid API Key for AMI Patch Timeline operation.',
  },
} as const satisfies Readonly<Record<string, OriginalRoute>>;

/** Operation id of a route, as the OpenAPI document has it. */
export type LifecycleRouteName = keyof typeof lifecycleRoutes;

/** Routes that the original does not have, and which therefore always take the key in the header. */
export const ownRoutes = {
  lifecycleCancel: {
    method: 'POST',
    path: '/lifecycles/{lifecycle-id}/cancel',
    operation: 'cancel',
    badKey: 'Invalid API Key for AMI Lifecycle Cancel operation.',
    isOwn: true,
  },
  lifecycleRetry: {
    method: 'POST',
    path: '/lifecycles/{lifecycle-id}/retry',
    operation: 'retry',
    badKey: 'Invalid API Key for AMI Lifecycle Retry operation.',
    isOwn: true,
  },
  lifecycleExport: {
    method: 'GET',
    path: '/lifecycles/{lifecycle-id}/export',
    operation: 'status',
    badKey: badStatusKey,
    isOwn: true,
  },
  selectAmi: {
    method: 'GET',
    path: '/amis/selected',
    operation: 'status',
    badKey: badStatusKey,
    isOwn: true,
  },
} as const satisfies Readonly<Record<string, LifecycleRoute>>;

/** The path of a route for one lifecycle. */
export const lifecyclePath = ({ path }: LifecycleRoute, lifecycleId: string): string =>
  path.replace('{lifecycle-id}', encodeURIComponent(lifecycleId));
