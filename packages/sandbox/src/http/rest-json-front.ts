import * as imagebuilder from '@aws-sdk/client-imagebuilder';
import * as inspector2 from '@aws-sdk/client-inspector2';
import type { SignedRequest } from '../credentials/signature.js';
import { ApiError } from '../model/api-error.js';
import type { CloudModel } from '../model/cloud-model.js';
import { services } from '../services/services.js';
import type { Answer } from './answer.js';
import { authenticate, authenticatorOf, readAuthorization } from './authenticate.js';
import { parseJson, writeJson } from './json-front.js';

type RestServiceName = 'imagebuilder' | 'inspector2';

const clients: Readonly<Record<RestServiceName, Readonly<Record<string, unknown>>>> = {
  imagebuilder,
  inspector2,
};

/** Methods and paths of a service's actions, as the client's schemas have them. */
const routesOf = (name: RestServiceName): ReadonlyMap<string, string> =>
  new Map(
    Object.keys(services[name].handlers).map((action) => {
      const [, , , { http }] = clients[name][`${action}$`] as [9, string, string, { http: [string, string] }];
      return [http.slice(0, 2).join(' '), action];
    }),
  );

const routes: Readonly<Record<RestServiceName, ReadonlyMap<string, string>>> = {
  imagebuilder: routesOf('imagebuilder'),
  inspector2: routesOf('inspector2'),
};

const signedFor = ({ headers }: SignedRequest): string =>
  /\/([\w-]+)\/aws4_request/.exec(headers.authorization ?? '')?.[1] ?? '';

/** Whether a request is signed for a service with AWS's JSON protocol with paths: https://smithy.io/2.0/aws/protocols/aws-restjson1-protocol.html */
export const isRestJsonRequest = (request: SignedRequest): boolean =>
  Object.hasOwn(routes, signedFor(request));

/** What a call gives. @throws ApiError, ConnectionClosed */
export const answerRestJson = async (
  model: CloudModel,
  request: SignedRequest,
  requestId: string,
  signal: AbortSignal,
): Promise<Answer> => {
  const service = signedFor(request) as RestServiceName;
  const action = routes[service].get(`${request.method} ${request.path}`);
  if (action === undefined)
    throw new ApiError(
      'UnknownOperationException',
      `The sandbox does not answer ${request.method} ${request.path} of ${service}.`,
    );
  const authorization = readAuthorization(request)!;
  const caller = await authenticate(authenticatorOf(model), service, request, authorization);
  const output = await model.service(service, caller, authorization.region, action, inputOf(request), {
    signal,
  });
  return restAnswer(200, output, requestId, {});
};

/** What is asked for: members in the body, or, of calls without one, in the query, where all that the sandbox answers are texts of the same name. */
const inputOf = ({ body, query }: SignedRequest): object =>
  body.length === 0 ? { ...query } : { ...query, ...parseJson(body) };

/** An error in the protocol's shape. */
export const restJsonError = ({ status, code, message }: ApiError, requestId: string): Answer =>
  restAnswer(status, { message }, requestId, { 'x-amzn-errortype': code });

const restAnswer = (
  status: number,
  body: object,
  requestId: string,
  headers: Readonly<Record<string, string>>,
): Answer => ({
  status,
  headers: { 'content-type': 'application/json', 'x-amzn-requestid': requestId, ...headers },
  body: writeJson(body),
});
