import type * as sts from '@aws-sdk/client-sts';
import type { AccessKey, Identity, Role } from '../credentials/identity.js';
import { ApiError, required } from '../model/api-error.js';
import type { StsContext } from './handler.js';

const sessionNamePattern = /^[\w+=,.@-]{2,64}$/;

type Range = readonly [min: number, max: number];

/** Seconds, as STS documents them. */
const roleDuration: Range = [900, 43_200];
const defaultRoleDuration = 3600;
const sessionDuration: Range = [900, 129_600];
const defaultSessionDuration = 43_200;

const callerOf = ({ caller }: StsContext): Identity => {
  if (caller === undefined)
    throw new ApiError('MissingAuthenticationToken', 'Request is missing Authentication Token');
  return caller;
};

const checkDuration = (seconds: number, [min, max]: Range): number => {
  if (Number.isInteger(seconds) && seconds >= min && seconds <= max) return seconds;
  throw new ApiError(
    'ValidationError',
    `The requested DurationSeconds ${seconds} is not between ${min} and ${max}.`,
  );
};

const credentialsView = (key: AccessKey): sts.Credentials => ({
  AccessKeyId: key.accessKeyId,
  SecretAccessKey: key.secretAccessKey,
  SessionToken: key.sessionToken,
  Expiration: new Date(key.expiresAt ?? 0),
});

const getCallerIdentity = (context: StsContext): sts.GetCallerIdentityResponse => {
  const { accountId, arn, userId } = callerOf(context);
  return { Account: accountId, Arn: arn, UserId: userId };
};

const getSessionToken = (
  context: StsContext,
  input: sts.GetSessionTokenRequest,
): sts.GetSessionTokenResponse => {
  const caller = callerOf(context);
  if (caller.isSession)
    throw new ApiError('AccessDenied', 'Cannot call GetSessionToken with session credentials');
  const seconds = checkDuration(input.DurationSeconds ?? defaultSessionDuration, sessionDuration);
  return {
    Credentials: credentialsView(context.keyring.addSession(caller, context.clock.now() + seconds * 1000)),
  };
};

/** A session of a role. An account whose credentials are broken gives none. */
const openSession = (
  { clock, keyring, account }: StsContext,
  role: Role,
  sessionName: string,
  durationSeconds = defaultRoleDuration,
) => {
  if (!sessionNamePattern.test(sessionName)) {
    throw new ApiError(
      'ValidationError',
      `The role session name '${sessionName}' must match ${sessionNamePattern.source}`,
    );
  }
  const seconds = checkDuration(durationSeconds, roleDuration);
  if (account(role.accountId)?.credentials === 'expired') {
    throw new ApiError('ExpiredToken', 'The security token included in the request is expired');
  }
  const identity: Identity = {
    accountId: role.accountId,
    arn: `arn:aws:sts::${role.accountId}:assumed-role/${role.name}/${sessionName}`,
    userId: `${role.id}:${sessionName}`,
    isSession: true,
  };
  const key = keyring.addSession(identity, clock.now() + seconds * 1000);
  return {
    AssumedRoleUser: { Arn: identity.arn, AssumedRoleId: identity.userId },
    Credentials: credentialsView(key),
  };
};

/** What every MFA device of the sandbox shows. */
const mfaCode = '123456';

const checkMfa = ({ SerialNumber, TokenCode }: sts.AssumeRoleRequest): void => {
  if (SerialNumber === undefined || TokenCode === mfaCode) return;
  throw new ApiError('AccessDenied', 'MultiFactorAuthentication failed with invalid MFA one time pass code.');
};

const assumeRole = (context: StsContext, input: sts.AssumeRoleRequest): sts.AssumeRoleResponse => {
  const caller = callerOf(context);
  const arn = required(input.RoleArn, 'RoleArn');
  const role = context.keyring.role(arn);
  const trusted = role?.trustedAccounts.has(caller.accountId) === true;
  if (role === undefined || !trusted || context.account(role.accountId)?.credentials === 'disabled') {
    throw new ApiError(
      'AccessDenied',
      `User: ${caller.arn} is not authorized to perform: sts:AssumeRole on resource: ${arn}`,
    );
  }
  checkMfa(input);
  return openSession(
    context,
    role,
    required(input.RoleSessionName, 'RoleSessionName'),
    input.DurationSeconds,
  );
};

const assumeRoleWithWebIdentity = (
  context: StsContext,
  input: sts.AssumeRoleWithWebIdentityRequest,
): sts.AssumeRoleWithWebIdentityResponse => {
  const arn = required(input.RoleArn, 'RoleArn');
  const issuedFor = context.keyring.roleOfWebIdentity(required(input.WebIdentityToken, 'WebIdentityToken'));
  if (issuedFor === undefined) {
    throw new ApiError(
      'InvalidIdentityToken',
      'The web identity token is not one that the sandbox has issued',
    );
  }
  const role = context.keyring.role(arn);
  if (
    role === undefined ||
    issuedFor !== arn ||
    context.account(role.accountId)?.credentials === 'disabled'
  ) {
    throw new ApiError('AccessDenied', 'Not authorized to perform sts:AssumeRoleWithWebIdentity');
  }
  return openSession(
    context,
    role,
    required(input.RoleSessionName, 'RoleSessionName'),
    input.DurationSeconds,
  );
};

/** Every STS action that the sandbox answers. */
export const stsHandlers = {
  AssumeRole: assumeRole,
  AssumeRoleWithWebIdentity: assumeRoleWithWebIdentity,
  GetCallerIdentity: getCallerIdentity,
  GetSessionToken: getSessionToken,
} as const;

export type StsAction = keyof typeof stsHandlers;
