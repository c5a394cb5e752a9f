import { authorize, type ServiceContext } from '../services/service.js';
import { findSecret } from './find-secret.js';

/** Every action is about one secret; the ARN of one that is not there ends in `-??????`, as policies have it. */
export const secretsManagerAuthorizations = (context: ServiceContext, action: string, input: object) => {
  const { Name, SecretId = Name ?? '' } = input as { readonly Name?: string; readonly SecretId?: string };
  const { region, accountId } = context.state;
  const known = findSecret(context.state, SecretId)?.arn;
  const arn = known ?? `arn:aws:secretsmanager:${region}:${accountId}:secret:${SecretId}-??????`;
  return authorize(context, `secretsmanager:${action}`, [arn]);
};
