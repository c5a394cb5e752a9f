import { autoScalingHandlers } from '../autoscaling/handlers.js';
import { cloudFormationAuthorizations } from '../cloudformation/authorizations.js';
import { cloudFormationHandlers } from '../cloudformation/handlers.js';
import { imageBuilderAuthorizations } from '../imagebuilder/authorizations.js';
import { imageBuilderHandlers } from '../imagebuilder/handlers.js';
import { inspectorHandlers } from '../inspector/handlers.js';
import { kmsHandlers } from '../kms/handlers.js';
import { kmsRefusal } from '../kms/refusal.js';
import { secretsManagerAuthorizations } from '../secretsmanager/authorizations.js';
import { secretsManagerHandlers } from '../secretsmanager/handlers.js';
import { serviceQuotasAuthorizations } from '../servicequotas/authorizations.js';
import { serviceQuotasHandlers } from '../servicequotas/handlers.js';
import { snsAuthorizations } from '../sns/authorizations.js';
import { snsHandlers } from '../sns/handlers.js';
import { jsonRefusal, queryRefusal, refusalWith } from './refusal.js';
import { authorize, type SandboxService } from './service.js';

/** The services that are called in one way, by the name that requests are signed for. */
export const services = {
  autoscaling: {
    handlers: autoScalingHandlers,
    authorizations: (context, action) => authorize(context, `autoscaling:${action}`),
    deniedCode: 'AccessDenied',
    refuse: queryRefusal('autoscaling'),
  },
  cloudformation: {
    handlers: cloudFormationHandlers,
    authorizations: cloudFormationAuthorizations,
    deniedCode: 'AccessDenied',
    refuse: queryRefusal('cloudformation'),
  },
  imagebuilder: {
    handlers: imageBuilderHandlers,
    authorizations: imageBuilderAuthorizations,
    deniedCode: 'AccessDeniedException',
    refuse: refusalWith({
      prefix: 'imagebuilder',
      throttled: 'CallRateLimitExceededException',
      denied: 'AccessDeniedException',
      failed: 'ServiceException',
    }),
  },
  inspector2: {
    handlers: inspectorHandlers,
    authorizations: (context, action) => authorize(context, `inspector2:${action}`),
    deniedCode: 'AccessDeniedException',
    refuse: jsonRefusal('inspector2', 'InternalServerException'),
  },
  kms: {
    handlers: kmsHandlers,
    authorizations: (context, action, { KeyId = '' }: { readonly KeyId?: string }) =>
      authorize(context, `kms:${action}`, [context.keyOf(KeyId)?.arn ?? KeyId]),
    deniedCode: 'AccessDeniedException',
    logged: 'kms:',
    refuse: kmsRefusal,
  },
  secretsmanager: {
    handlers: secretsManagerHandlers,
    authorizations: secretsManagerAuthorizations,
    deniedCode: 'AccessDeniedException',
    refuse: jsonRefusal('secretsmanager', 'InternalServiceError'),
  },
  servicequotas: {
    handlers: serviceQuotasHandlers,
    authorizations: serviceQuotasAuthorizations,
    deniedCode: 'AccessDeniedException',
    refuse: refusalWith({
      prefix: 'servicequotas',
      throttled: 'TooManyRequestsException',
      denied: 'AccessDeniedException',
      failed: 'ServiceException',
    }),
  },
  sns: {
    handlers: snsHandlers,
    authorizations: snsAuthorizations,
    deniedCode: 'AuthorizationError',
    refuse: refusalWith({
      prefix: 'sns',
      throttled: 'Throttled',
      denied: 'AuthorizationError',
      failed: 'InternalError',
    }),
  },
} as const satisfies Readonly<Record<string, SandboxService>>;

export type ServiceName = keyof typeof services;

/** A service as all are called. */
export const serviceNamed = (name: ServiceName): SandboxService => services[name];
