import type * as ssm from '@aws-sdk/client-ssm';
import type { Identity } from '../credentials/identity.js';
import { ApiError } from '../model/api-error.js';
import {
  type CommandContext,
  describeInstanceInformation,
  getCommandInvocation,
  sendCommand,
} from './commands.js';
import { deleteParameter, describeParameters, getParameters, putParameter } from './parameters.js';
import type { Sessions } from './sessions.js';

export interface SsmContext extends CommandContext {
  readonly caller: Identity;
  readonly sessions: Sessions;
  /** URL of a session's data channel. */
  readonly streamUrl: (sessionId: string) => string;
}

/** The document of sessions that the sandbox knows. */
const portForwarding = 'AWS-StartPortForwardingSession';

const validation = (message: string): ApiError => new ApiError('ValidationException', message);

const startSession = (context: SsmContext, input: ssm.StartSessionRequest): ssm.StartSessionResponse => {
  const { caller, state, sessions, streamUrl } = context;
  const { Target: instanceId, DocumentName, Parameters = {} } = input;
  if (instanceId === undefined) throw validation("Value null at 'target' failed to satisfy constraint");
  if (DocumentName !== portForwarding) {
    throw new ApiError('InvalidDocument', `Document with name ${DocumentName} does not exist.`);
  }
  const port = Number(Parameters.portNumber?.[0] ?? Number.NaN);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new ApiError('InvalidParameters', 'Parameter portNumber is not a port');
  }
  const instance = state.instances.get(instanceId);
  if (instance?.state !== 'running' || !instance.hasSsmAgent) {
    throw new ApiError('TargetNotConnected', `${instanceId} is not connected.`);
  }
  const { id, token } = sessions.open(caller, {
    accountId: state.accountId,
    instanceId,
    host: instance.address,
    port,
  });
  return { SessionId: id, TokenValue: token, StreamUrl: streamUrl(id) };
};

/** A session that has ended can be ended again. */
const terminateSession = (
  { sessions, state }: SsmContext,
  { SessionId }: ssm.TerminateSessionRequest,
): ssm.TerminateSessionResponse => {
  if (SessionId === undefined) throw validation("Value null at 'sessionId' failed to satisfy constraint");
  if (sessions.find(SessionId)?.accountId === state.accountId) sessions.end(SessionId);
  return { SessionId };
};

/** Every action of Systems Manager that the sandbox answers. */
export const ssmHandlers = {
  DeleteParameter: deleteParameter,
  DescribeInstanceInformation: describeInstanceInformation,
  DescribeParameters: describeParameters,
  GetCommandInvocation: getCommandInvocation,
  GetParameters: getParameters,
  PutParameter: putParameter,
  SendCommand: sendCommand,
  StartSession: startSession,
  TerminateSession: terminateSession,
} as const;

export type SsmAction = keyof typeof ssmHandlers;

/** @returns undefined for a name that is none. */
export const ssmActionOf = (name: string): SsmAction | undefined =>
  Object.hasOwn(ssmHandlers, name) ? (name as SsmAction) : undefined;
