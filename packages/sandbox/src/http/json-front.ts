import type { Identity } from '../credentials/identity.js';
import type { SignedRequest } from '../credentials/signature.js';
import { ApiError } from '../model/api-error.js';
import type { CloudModel } from '../model/cloud-model.js';
import { services } from '../services/services.js';
import { ssmActionOf } from '../ssm/handlers.js';
import type { Answer } from './answer.js';
import { authenticate, authenticatorOf, readAuthorization } from './authenticate.js';

/** Where the data channels of sessions are. */
export const dataChannelPath = '/v1/data-channel/';

const targetHeader = 'x-amz-target';

interface JsonCall {
  readonly model: CloudModel;
  readonly caller: Identity;
  readonly region: string;
  readonly input: object;
  readonly signal: AbortSignal;
  readonly host: string;
}

interface JsonService {
  readonly name: 'kms' | 'secretsmanager' | 'servicequotas' | 'ssm';
  /** @returns undefined for an action that the sandbox does not answer. */
  callOf(action: string): ((call: JsonCall) => Promise<object>) | undefined;
}

const plainService = (name: 'kms' | 'secretsmanager' | 'servicequotas'): JsonService => ({
  name,
  callOf: (action) =>
    Object.hasOwn(services[name].handlers, action)
      ? ({ model, caller, region, input, signal }) =>
          model.service(name, caller, region, action, input, { signal })
      : undefined,
});

/** By what comes before the dot in the header. */
const jsonServices: Readonly<Record<string, JsonService>> = {
  AmazonSSM: {
    name: 'ssm',
    callOf: (name) => {
      const action = ssmActionOf(name);
      if (action === undefined) return undefined;
      return ({ model, caller, region, input, signal, host }) =>
        model.ssm(caller, region, action, input, {
          signal,
          streamUrl: (id) => `ws://${host}${dataChannelPath}${encodeURIComponent(id)}?role=publish_subscribe`,
        });
    },
  },
  TrentService: plainService('kms'),
  secretsmanager: plainService('secretsmanager'),
  ServiceQuotasV20190624: plainService('servicequotas'),
};

/** Whether a request is in AWS's JSON protocol: https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html */
export const isJsonRequest = ({ headers }: SignedRequest): boolean => headers[targetHeader] !== undefined;

/** What a call of a service with that protocol gives. @throws ApiError, ConnectionClosed */
export const answerJson = async (
  model: CloudModel,
  request: SignedRequest,
  requestId: string,
  signal: AbortSignal,
): Promise<Answer> => {
  const [prefix = '', name = ''] = (request.headers[targetHeader] ?? '').split('.');
  const service = Object.hasOwn(jsonServices, prefix) ? jsonServices[prefix] : undefined;
  const call = service?.callOf(name);
  if (service === undefined || call === undefined) {
    throw new ApiError(
      'UnknownOperationException',
      `The sandbox does not answer ${request.headers[targetHeader]}.`,
    );
  }
  const authorization = readAuthorization(request);
  if (authorization === undefined) {
    throw new ApiError('MissingAuthenticationToken', 'Request is missing Authentication Token', 400);
  }
  const caller = await authenticate(authenticatorOf(model), service.name, request, authorization);
  const { region } = authorization;
  const host = request.headers.host ?? '127.0.0.1';
  const output = await call({ model, caller, region, input: parseJson(request.body), signal, host });
  return jsonAnswer(200, output, requestId);
};

/** An error in the protocol's shape. */
export const jsonError = ({ status, code, message }: ApiError, requestId: string): Answer =>
  jsonAnswer(status, { __type: code, message }, requestId);

const jsonAnswer = (status: number, body: object, requestId: string): Answer => ({
  status,
  headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-requestid': requestId },
  body: writeJson(body),
});

/** Times are seconds since the epoch, in this protocol as in its sister with paths. */
export const writeJson = (body: object): string =>
  JSON.stringify(body, function (this: Readonly<Record<string, unknown>>, name, written: unknown) {
    const value = this[name];
    return value instanceof Date ? value.getTime() / 1_000 : written;
  });

/** @throws `SerializationException` */
export const parseJson = (body: Buffer): object => {
  try {
    const value: unknown = JSON.parse(body.toString('utf8'));
    if (typeof value === 'object' && value !== null) return value;
  } catch {
    // Told below.
  }
  throw new ApiError('SerializationException', 'The request body is not a JSON object.');
};
