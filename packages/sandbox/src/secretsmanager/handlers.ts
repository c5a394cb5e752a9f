import { randomBytes, randomUUID } from 'node:crypto';
import type * as secretsmanager from '@aws-sdk/client-secrets-manager';
import { ApiError } from '../model/api-error.js';
import type { ServiceContext } from '../services/service.js';
import { findSecret } from './find-secret.js';
import type { SecretRecord, SecretVersion } from './records.js';

const dayMs = 24 * 60 * 60_000;
const defaultRecoveryDays = 30;
const namePattern = /^[A-Za-z0-9/_+=.@-]{1,512}$/;

const invalidParameter = (message: string): ApiError => new ApiError('InvalidParameterException', message);
const invalidRequest = (message: string): ApiError => new ApiError('InvalidRequestException', message);

const lookup = ({ state }: ServiceContext, id = ''): SecretRecord => {
  const secret = findSecret(state, id);
  if (secret !== undefined) return secret;
  throw new ApiError('ResourceNotFoundException', `Secrets Manager can't find the specified secret.`);
};

/** @throws `InvalidRequestException` for one that is to be deleted */
const lookupKept = (context: ServiceContext, id: string | undefined): SecretRecord => {
  const secret = lookup(context, id);
  if (secret.deletionDate === undefined) return secret;
  throw invalidRequest(`You can't perform this operation on the secret because it was marked for deletion.`);
};

/** Values are text; AWS keeps bytes as well. */
const newVersion = (
  { clock }: ServiceContext,
  {
    SecretString,
    ClientRequestToken,
  }: { SecretString?: string | undefined; ClientRequestToken?: string | undefined },
): SecretVersion => {
  if (SecretString === undefined)
    throw invalidParameter('You must provide SecretString; the sandbox keeps no SecretBinary.');
  return { id: ClientRequestToken ?? randomUUID(), value: SecretString, created: new Date(clock.now()) };
};

const versionAnswer = ({ arn, name, current }: SecretRecord) => ({
  ARN: arn,
  Name: name,
  VersionId: current.id,
});

const createSecret = (
  context: ServiceContext,
  input: secretsmanager.CreateSecretRequest,
): secretsmanager.CreateSecretResponse => {
  const { state } = context;
  const { Name: name = '', Description, KmsKeyId } = input;
  if (!namePattern.test(name))
    throw invalidParameter(
      `Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!`,
    );
  const current = newVersion(context, input);
  const present = state.services.secrets.get(name);
  if (present?.current.id === current.id && present.current.value === current.value)
    return versionAnswer(present);
  if (present !== undefined)
    throw new ApiError(
      'ResourceExistsException',
      `The operation failed because the secret ${name} already exists.`,
    );
  const suffix = randomBytes(3).toString('hex');
  const secret: SecretRecord = {
    ...{ name, description: Description, kmsKeyId: KmsKeyId, current, previous: undefined },
    arn: `arn:aws:secretsmanager:${state.region}:${state.accountId}:secret:${name}-${suffix}`,
    ...{ created: current.created, changed: current.created, deletionDate: undefined },
  };
  state.services.secrets.set(name, secret);
  return versionAnswer(secret);
};

const putSecretValue = (
  context: ServiceContext,
  input: secretsmanager.PutSecretValueRequest,
): secretsmanager.PutSecretValueResponse => {
  const secret = lookupKept(context, input.SecretId);
  const version = newVersion(context, input);
  if (secret.current.id === version.id) {
    if (secret.current.value === version.value)
      return { ...versionAnswer(secret), VersionStages: ['AWSCURRENT'] };
    throw new ApiError(
      'ResourceExistsException',
      `The version ${version.id} of the secret has another value.`,
    );
  }
  const changed = { ...secret, current: version, previous: secret.current, changed: version.created };
  context.state.services.secrets.set(secret.name, changed);
  return { ...versionAnswer(changed), VersionStages: ['AWSCURRENT'] };
};

const stages = { AWSCURRENT: 'current', AWSPREVIOUS: 'previous' } as const;

const getSecretValue = (
  context: ServiceContext,
  {
    SecretId,
    VersionId,
    VersionStage = VersionId === undefined ? 'AWSCURRENT' : undefined,
  }: secretsmanager.GetSecretValueRequest,
): secretsmanager.GetSecretValueResponse => {
  const secret = lookupKept(context, SecretId);
  const found = Object.entries(stages)
    .map(([stage, member]) => ({ stage, version: secret[member] }))
    .find(
      ({ stage, version }) =>
        version !== undefined &&
        (VersionId ?? version.id) === version.id &&
        (VersionStage ?? stage) === stage,
    );
  if (found?.version === undefined)
    throw new ApiError(
      'ResourceNotFoundException',
      `Secrets Manager can't find the specified secret value for ${VersionId === undefined ? `staging label: ${VersionStage}` : `VersionId: ${VersionId}`}`,
    );
  const { id, value, created } = found.version;
  return {
    ...versionAnswer(secret),
    VersionId: id,
    SecretString: value,
    VersionStages: [found.stage],
    CreatedDate: created,
  };
};

const describeSecret = (
  context: ServiceContext,
  { SecretId }: secretsmanager.DescribeSecretRequest,
): secretsmanager.DescribeSecretResponse => {
  const { arn, name, description, kmsKeyId, created, changed, deletionDate, current, previous } = lookup(
    context,
    SecretId,
  );
  return {
    ...{ ARN: arn, Name: name, Description: description, KmsKeyId: kmsKeyId },
    ...{ CreatedDate: created, LastChangedDate: changed, DeletedDate: deletionDate },
    VersionIdsToStages: {
      [current.id]: ['AWSCURRENT'],
      ...(previous !== undefined && { [previous.id]: ['AWSPREVIOUS'] }),
    },
  };
};

const deleteSecret = (
  context: ServiceContext,
  {
    SecretId,
    RecoveryWindowInDays: days,
    ForceDeleteWithoutRecovery: force = false,
  }: secretsmanager.DeleteSecretRequest,
): secretsmanager.DeleteSecretResponse => {
  const { clock, state } = context;
  if (force && days !== undefined)
    throw invalidParameter(
      `You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays.`,
    );
  if (days !== undefined && (days < 7 || days > 30))
    throw invalidParameter('RecoveryWindowInDays value must be between 7 and 30 days (inclusive).');
  const secret = lookup(context, SecretId);
  const deletionDate = new Date(clock.now() + (force ? 0 : (days ?? defaultRecoveryDays) * dayMs));
  if (force) state.services.secrets.delete(secret.name);
  else state.services.secrets.set(secret.name, { ...secret, deletionDate });
  return { ARN: secret.arn, Name: secret.name, DeletionDate: deletionDate };
};

/** Every action of Secrets Manager that the sandbox answers. */
export const secretsManagerHandlers = {
  CreateSecret: createSecret,
  DeleteSecret: deleteSecret,
  DescribeSecret: describeSecret,
  GetSecretValue: getSecretValue,
  PutSecretValue: putSecretValue,
} as const;
