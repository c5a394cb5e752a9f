import {
  approveRequestSchema,
  certifyRequestSchema,
  checkRequest,
  createPatchRequestSchema,
  createRequestSchema,
  enabledEvents,
  type LifecycleClient,
  type LifecycleDiscovery,
  type LifecycleEvent,
  type LifecycleRoute,
  lifecycleRoutes,
  requestedEvents,
  updatePatchRequestSchema,
  updateRequestSchema,
  type WriteAnswer,
} from '@ami-publisher/core';
import { headCommit } from '../../input/git.js';
import { interruptSignal } from '../../interrupt.js';
import { openComponent } from '../patch-component.js';
import type { ArgumentName, OperationName } from './arguments.js';
import { stepsOf } from './events.js';
import { notificationsOf, propertiesOf } from './pairs.js';
import type { GivenArguments } from './parse-arguments.js';

/** A request that is known to be whole, and can be sent. */
export interface PreparedWrite {
  readonly route: LifecycleRoute;
  /** What is sent, without a key. */
  readonly body: object;
  /** What it has run, and can be waited for. */
  readonly events: readonly LifecycleEvent[];
  send(client: LifecycleClient): Promise<WriteAnswer>;
}

/** An operation that changes a lifecycle. */
export interface WriteOperation {
  /** Arguments, in the order in which the original misses them. */
  readonly needs: readonly ArgumentName[];
  prepare(given: GivenArguments, discovery: LifecycleDiscovery): Promise<PreparedWrite>;
}

const request = ['--events', '--owner', '--stackTag', '--notifications'] as const;

/** What all requests that run events have. */
const requestOf = (given: GivenArguments) => ({
  stack_tag: given.one('--stackTag'),
  owner: given.one('--owner'),
  notifications: notificationsOf(given.all('--notifications')),
});

const how = () => ({ signal: interruptSignal() });

const create: WriteOperation = {
  needs: [...request, '--productName', '--productVer'],
  prepare: async (given) => {
    const steps = stepsOf('AMI_CREATE', { type: 'ami-creation', isNew: true }, given.all('--events'));
    const body = checkRequest(createRequestSchema, {
      ...requestOf(given),
      product_name: given.one('--productName'),
      product_ver: given.one('--productVer'),
      commit_ref: await headCommit(),
      events: requestedEvents(steps),
      properties: propertiesOf(given.all('--properties')),
    });
    return {
      route: lifecycleRoutes.lifecycleCreate,
      body,
      events: enabledEvents(steps),
      send: (client) => client.create(body, how()),
    };
  },
};

const update: WriteOperation = {
  needs: [...request, '--lifecycleId'],
  prepare: async (given) => {
    const steps = stepsOf('AMI_CREATE_UPDATE', { type: 'ami-creation', isNew: false }, given.all('--events'));
    const body = checkRequest(updateRequestSchema, {
      ...requestOf(given),
      lifecycle_id: given.one('--lifecycleId'),
      product_name: given.one('--productName'),
      product_ver: given.one('--productVer'),
      events: requestedEvents(steps),
      properties: propertiesOf(given.all('--properties')),
    });
    return {
      route: lifecycleRoutes.lifecycleCreateUpdate,
      body,
      events: enabledEvents(steps),
      send: (client) => client.update(body, how()),
    };
  },
};

const patch: WriteOperation = {
  needs: [...request, '--patchComponent', '--patchChangeDescription', '--semverBumpType'],
  prepare: async (given, discovery) => {
    const steps = stepsOf('AMI_PATCH', { type: 'ami-patch', isNew: true }, given.all('--events'));
    const lifecycleId = given.one('--lifecycleId') ?? '';
    const place = { lifecycleId, discovery, bucket: given.one('--patch-bucket') };
    const component = await openComponent(given.one('--patchComponent') ?? '', place);
    const body = checkRequest(createPatchRequestSchema, {
      ...requestOf(given),
      lifecycle_id: lifecycleId,
      commit_ref: await headCommit(),
      events: requestedEvents(steps),
      properties: {
        ...propertiesOf(given.all('--properties')),
        patch_component_url: component.url,
        patch_change_description: given.one('--patchChangeDescription'),
        semver_bump_type: given.one('--semverBumpType'),
      },
    });
    const send = async (client: LifecycleClient) => {
      await component.upload();
      return client.createPatch(body, how());
    };
    return { route: lifecycleRoutes.lifecycleCreatePatch, body, events: enabledEvents(steps), send };
  },
};

const updatePatch: WriteOperation = {
  needs: request,
  prepare: async (given) => {
    const steps = stepsOf('AMI_PATCH_UPDATE', { type: 'ami-patch', isNew: false }, given.all('--events'));
    const body = checkRequest(updatePatchRequestSchema, {
      ...requestOf(given),
      lifecycle_id: given.one('--lifecycleId'),
      commit_ref: '',
      events: requestedEvents(steps),
      properties: propertiesOf(given.all('--properties')) ?? null,
    });
    return {
      route: lifecycleRoutes.lifecycleCreateUpdatePatch,
      body,
      events: enabledEvents(steps),
      send: (client) => client.updatePatch(body, how()),
    };
  },
};

const certify: WriteOperation = {
  needs: ['--lifecycleId', '--certificationStatus', '--stackTag'],
  prepare: async (given) => {
    const body = checkRequest(certifyRequestSchema, {
      lifecycle_id: given.one('--lifecycleId'),
      stack_tag: given.one('--stackTag'),
      certification_status: given.one('--certificationStatus'),
      properties: propertiesOf(given.all('--properties')),
    });
    return {
      route: lifecycleRoutes.lifecycleQACertification,
      body,
      events: ['QA_CERTIFICATION_RESPONSE'],
      send: (client) => client.certify(body, how()),
    };
  },
};

interface Approval {
  readonly status: '--approvalStatusAmiCreation' | '--approvalStatusAmiPatch';
  readonly event: LifecycleEvent;
  readonly route: LifecycleRoute;
  readonly method: 'approve' | 'approvePatch';
}

/** Approval of a creation, or of a patch: the same request, at another place. */
const approval = ({ status, event, route, method }: Approval): WriteOperation => ({
  needs: ['--lifecycleId', status, '--stackTag'],
  prepare: async (given) => {
    const body = checkRequest(approveRequestSchema, {
      lifecycle_id: given.one('--lifecycleId'),
      stack_tag: given.one('--stackTag'),
      approval_status: given.one(status),
      properties: propertiesOf(given.all('--properties')),
    });
    return { route, body, events: [event], send: (client) => client[method](body, how()) };
  },
});

/** The operations that change a lifecycle. */
export const writeOperations = {
  AMI_CREATE: create,
  AMI_CREATE_UPDATE: update,
  AMI_PATCH: patch,
  AMI_PATCH_UPDATE: updatePatch,
  AMI_QA_CERTIFICATION: certify,
  AMI_APPROVAL_CREATE: approval({
    status: '--approvalStatusAmiCreation',
    event: 'MARK_FOR_PRODUCTION_CREATE',
    route: lifecycleRoutes.lifecycleCreationMarkForProductionApproval,
    method: 'approve',
  }),
  AMI_APPROVAL_PATCH: approval({
    status: '--approvalStatusAmiPatch',
    event: 'MARK_FOR_PRODUCTION_PATCH',
    route: lifecycleRoutes.lifecyclePatchMarkForProductionApproval,
    method: 'approvePatch',
  }),
} as const satisfies Partial<Record<OperationName, WriteOperation>>;
