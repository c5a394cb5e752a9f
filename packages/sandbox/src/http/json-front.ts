import type { SignedRequest } from '../credentials/signature.js';
import { ApiError } from '../model/api-error.js';
import type { CloudModel } from '../model/cloud-model.js';
import { ssmActionOf } from '../ssm/handlers.js';
import type { Answer } from './answer.js';
import { authenticate, authenticatorOf, readAuthorization } from './authenticate.js';

/** Where the data channels of sessions are. */
export const dataChannelPath = '/v1/data-channel/';

const targetHeader = 'x-amz-target';
const service = 'AmazonSSM';

/** Whether a request is in AWS's JSON protocol: https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html */
export const isJsonRequest = ({ headers }: SignedRequest): boolean => headers[targetHeader] !== undefined;

/** What a call of Systems Manager gives. @throws ApiError, ConnectionClosed */
export const answerJson = async (
  model: CloudModel,
  request: SignedRequest,
  requestId: string,
  signal: AbortSignal,
): Promise<Answer> => {
  const [prefix, name = ''] = (request.headers[targetHeader] ?? '').split('.');
  const action = prefix === service ? ssmActionOf(name) : undefined;
  if (action === undefined) {
    throw new ApiError(
      'UnknownOperationException',
      `The sandbox does not answer ${request.headers[targetHeader]}.`,
    );
  }
  const authorization = readAuthorization(request);
  if (authorization === undefined) {
    throw new ApiError('MissingAuthenticationToken', 'Request is missing Authentication Token', 400);
  }
  const caller = await authenticate(authenticatorOf(model), 'ssm', request, authorization);
  const host = request.headers.host ?? '127.0.0.1';
  const output = await model.ssm(caller, authorization.region, action, parse(request.body), {
    signal,
    streamUrl: (id) => `ws://${host}${dataChannelPath}${encodeURIComponent(id)}?role=publish_subscribe`,
  });
  return jsonAnswer(200, output, requestId);
};

/** An error in the protocol's shape. */
export const jsonError = ({ status, code, message }: ApiError, requestId: string): Answer =>
  jsonAnswer(status, { __type: code, message }, requestId);

const jsonAnswer = (status: number, body: object, requestId: string): Answer => ({
  status,
  headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-requestid': requestId },
  body: JSON.stringify(body),
});

const parse = (body: string): object => {
  try {
    const value: unknown = JSON.parse(body);
    if (typeof value === 'object' && value !== null) return value;
  } catch {
    // Told below.
  }
  throw new ApiError('SerializationException', 'The request body is not a JSON object.');
};
