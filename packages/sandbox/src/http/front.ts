import { randomUUID } from 'node:crypto';
import type { Logger } from '@ami-publisher/base';
import type { Ec2Action } from '@ami-publisher/core';
import type { Authorization, SignedRequest } from '../credentials/signature.js';
import { ec2Handlers } from '../ec2/handlers.js';
import { ConnectionClosed } from '../faults/connection-closed.js';
import { ApiError, missingParameter } from '../model/api-error.js';
import type { CloudModel } from '../model/cloud-model.js';
import { services } from '../services/services.js';
import { type StsAction, stsHandlers } from '../sts/handlers.js';
import type { Dialect } from '../wire/dialect.js';
import {
  autoScalingDialect,
  cloudFormationDialect,
  ec2Dialect,
  snsDialect,
  stsDialect,
} from '../wire/dialects.js';
import { type FormNode, parseForm } from '../wire/form.js';
import { decodeInput } from '../wire/form-decoder.js';
import { findOperation, type Operation } from '../wire/operations.js';
import { encodeOutput } from '../wire/xml-encoder.js';
import type { Answer } from './answer.js';
import { authenticate, authenticatorOf, readAuthorization } from './authenticate.js';
import { answerJson, isJsonRequest, jsonError } from './json-front.js';
import { answerRestJson, isRestJsonRequest, restJsonError } from './rest-json-front.js';
import { answerS3, isForS3, s3Error } from './s3-front.js';

/** Calls that are made without a signature. */
const unsignedActions: ReadonlySet<string> = new Set<StsAction>(['AssumeRoleWithWebIdentity']);

const handled: Readonly<Record<Dialect['service'], object>> = {
  autoscaling: services.autoscaling.handlers,
  cloudformation: services.cloudformation.handlers,
  ec2: ec2Handlers,
  sns: services.sns.handlers,
  sts: stsHandlers,
};

/**
 * Answers one request of an AWS client.
 *
 * @param signal aborts when the client has gone
 * @throws ConnectionClosed if it is to get no answer; nothing else
 */
export const answerRequest = async (
  model: CloudModel,
  logger: Logger,
  request: SignedRequest,
  signal: AbortSignal,
): Promise<Answer> => {
  const requestId = randomUUID();
  const service = serviceOf(request);
  try {
    return await service.answer(model, requestId, signal);
  } catch (error) {
    if (error instanceof ConnectionClosed) throw error;
    return service.error(toApiError(error, logger), requestId);
  }
};

/** How a request is answered, and how an error of its service looks. */
interface Service {
  answer(model: CloudModel, requestId: string, signal: AbortSignal): Promise<Answer>;
  error(error: ApiError, requestId: string): Answer;
}

const serviceOf = (request: SignedRequest): Service => {
  if (isForS3(request)) return restService(request);
  if (isRestJsonRequest(request)) return restJsonService(request);
  return isJsonRequest(request) ? jsonService(request) : queryService(request);
};

const jsonService = (request: SignedRequest): Service => ({
  answer: (model, requestId, signal) => answerJson(model, request, requestId, signal),
  error: jsonError,
});

const restJsonService = (request: SignedRequest): Service => ({
  answer: (model, requestId, signal) => answerRestJson(model, request, requestId, signal),
  error: restJsonError,
});

const restService = (request: SignedRequest): Service => ({
  answer: (model, requestId, signal) => answerS3(model, request, requestId, signal),
  error: (error, requestId) => s3Error(error, request, requestId),
});

const queryService = (request: SignedRequest): Service => {
  const parameters = parseForm(
    request.method === 'GET' ? new URLSearchParams(request.query).toString() : request.body.toString('utf8'),
  );
  const dialect = chooseDialect(request, parameters);
  return {
    answer: async (model, requestId, signal) =>
      xmlAnswer(200, await call(model, dialect, request, parameters, requestId, signal), requestId),
    error: (error, requestId) => xmlAnswer(error.status, dialect.error(error, requestId), requestId),
  };
};

const xmlAnswer = (status: number, body: string, requestId: string): Answer => ({
  status,
  headers: { 'content-type': 'text/xml;charset=UTF-8', 'x-amzn-requestid': requestId },
  body,
});

/** A fault of the sandbox is told to the caller as AWS tells its own, and to the logger with its cause. */
const toApiError = (error: unknown, logger: Logger): ApiError => {
  if (error instanceof ApiError) return error;
  logger.error('the sandbox failed to answer a request', { error });
  return new ApiError(
    'InternalError',
    `The sandbox failed: ${error instanceof Error ? error.message : String(error)}`,
  );
};

const parameter = (parameters: FormNode, name: string): string | undefined =>
  parameters.children.get(name)?.value;

/** The service is the one that the request was signed for; without a signature, the one whose version it names. */
const chooseDialect = (request: SignedRequest, parameters: FormNode): Dialect => {
  const [, service] = /\/(\w+)\/aws4_request/.exec(request.headers.authorization ?? '') ?? [];
  const version = parameter(parameters, 'Version');
  const isChosen = (dialect: Dialect) =>
    service === undefined ? dialect.version === version : dialect.service === service;
  return [autoScalingDialect, cloudFormationDialect, snsDialect, stsDialect].find(isChosen) ?? ec2Dialect;
};

const call = async (
  model: CloudModel,
  dialect: Dialect,
  request: SignedRequest,
  parameters: FormNode,
  requestId: string,
  signal: AbortSignal,
): Promise<string> => {
  const operation = chooseOperation(dialect, parameters);
  const authorization = readAuthorization(request);
  const output = await (authorization === undefined
    ? callUnsigned(model, dialect, operation, parameters, signal)
    : callSigned(model, dialect, operation, parameters, request, authorization, signal));
  return dialect.answer(operation.name, encodeOutput(operation.output, output), requestId);
};

/** Calls without a signature do not say to which region they go. */
const regionOfUnsigned = 'us-east-1';

/** @throws `MissingAuthenticationToken` for all actions but those that take no signature. */
const callUnsigned = (
  model: CloudModel,
  dialect: Dialect,
  operation: Operation,
  parameters: FormNode,
  signal: AbortSignal,
): Promise<object> => {
  if (dialect.service !== 'sts' || !unsignedActions.has(operation.name)) {
    throw new ApiError('MissingAuthenticationToken', 'Request is missing Authentication Token');
  }
  const input = decodeInput(dialect, operation.input, parameters);
  return model.sts(undefined, regionOfUnsigned, operation.name as StsAction, input, { signal });
};

const callSigned = async (
  model: CloudModel,
  dialect: Dialect,
  operation: Operation,
  parameters: FormNode,
  request: SignedRequest,
  authorization: Authorization,
  signal: AbortSignal,
): Promise<object> => {
  const caller = await authenticate(authenticatorOf(model), dialect.service, request, authorization);
  const input = decodeInput(dialect, operation.input, parameters);
  const { region } = authorization;
  const { name } = operation;
  if (dialect.service === 'ec2')
    return model.ec2(caller, region, name as Ec2Action, input as never, { signal });
  if (dialect.service === 'sts') return model.sts(caller, region, name as StsAction, input, { signal });
  return model.service(dialect.service, caller, region, name, input, { signal });
};

const chooseOperation = (dialect: Dialect, parameters: FormNode): Operation => {
  const action = parameter(parameters, 'Action');
  if (action === undefined) throw missingParameter('Action');
  const version = parameter(parameters, 'Version');
  if (version !== dialect.version) {
    throw new ApiError(
      'NoSuchVersion',
      `The requested version (${version}) of service ${dialect.service} does not exist`,
    );
  }
  const operation = findOperation(dialect.service, action);
  if (operation === undefined) {
    throw new ApiError('InvalidAction', `The action ${action} is not valid for this web service.`);
  }
  if (!Object.hasOwn(handled[dialect.service], action)) {
    throw new ApiError('InvalidAction', `The sandbox does not answer ${dialect.service}:${action}.`);
  }
  return operation;
};
