import type { Identity } from '../credentials/identity.js';
import { parsePresigned } from '../credentials/presigned.js';
import type { SignedRequest } from '../credentials/signature.js';
import { ApiError } from '../model/api-error.js';
import type { CloudModel } from '../model/cloud-model.js';
import { readS3Request } from '../s3/request.js';
import { WrongRegion } from '../s3/s3-service.js';
import { element, escapeXml, xmlDeclaration } from '../wire/xml.js';
import type { Answer } from './answer.js';
import { authenticate, authenticateUrl, authenticatorOf, readAuthorization } from './authenticate.js';

/** Whether a request was signed for S3, whose requests have no form; the signature may be in the URL. */
export const isForS3 = ({ headers, query }: SignedRequest): boolean =>
  /\/s3\/aws4_request/.test(headers.authorization ?? query['X-Amz-Credential'] ?? '');

const callerOf = async (
  model: CloudModel,
  request: SignedRequest,
): Promise<{ readonly caller: Identity; readonly region: string }> => {
  const url = parsePresigned(request);
  if (url !== undefined)
    return { caller: await authenticateUrl(authenticatorOf(model), request, url), region: url.region };
  const authorization = readAuthorization(request);
  if (authorization === undefined) throw new ApiError('AccessDenied', 'Access Denied');
  const caller = await authenticate(authenticatorOf(model), 's3', request, authorization);
  return { caller, region: authorization.region };
};

/** Answers a request to S3. @throws ApiError, ConnectionClosed */
export const answerS3 = async (
  model: CloudModel,
  request: SignedRequest,
  requestId: string,
  signal: AbortSignal,
): Promise<Answer> => {
  const { caller, region } = await callerOf(model, request);
  const { status, headers, body } = await model.s3(caller, region, readS3Request(request), { signal });
  return { status, headers: { ...headers, ...idHeader(requestId) }, body };
};

/** An error in S3's shape. */
export const s3Error = (error: ApiError, request: SignedRequest, requestId: string): Answer => {
  const members = [
    element('Code', escapeXml(error.code)),
    element('Message', escapeXml(error.message)),
    element('RequestId', requestId),
  ];
  return {
    status: error.status,
    headers: {
      'content-type': 'application/xml',
      ...idHeader(requestId),
      ...(error instanceof WrongRegion && { 'x-amz-bucket-region': error.region }),
    },
    body: request.method === 'HEAD' ? '' : xmlDeclaration + element('Error', members.join('')),
  };
};

const idHeader = (requestId: string) => ({ 'x-amz-request-id': requestId });
