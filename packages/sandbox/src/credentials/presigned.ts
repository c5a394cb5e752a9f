import { timingSafeEqual } from 'node:crypto';
import { HttpRequest } from '@smithy/core/protocols';
import type { AccessKey } from './identity.js';
import { parseSigningDate, type SignedRequest, signerFor } from './signature.js';

/** What the query of a URL says that was signed for whoever has it. */
export interface PresignedUrl {
  readonly accessKeyId: string;
  readonly region: string;
  readonly service: string;
  readonly sessionToken: string | undefined;
  readonly signedAt: Date;
  readonly expiresInSeconds: number;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
}

const credentialPattern = /^([^/]+)\/\d{8}\/([^/]+)\/([^/]+)\/aws4_request$/;

/** @returns undefined for a URL that is not signed by Signature Version 4. */
export const parsePresigned = ({ query }: SignedRequest): PresignedUrl | undefined => {
  const [, accessKeyId, region, service] = credentialPattern.exec(query['X-Amz-Credential'] ?? '') ?? [];
  const signedAt = parseSigningDate(query['X-Amz-Date'] ?? '');
  const expiresInSeconds = Number(query['X-Amz-Expires']);
  if (service === undefined || Number.isNaN(signedAt.getTime()) || !Number.isInteger(expiresInSeconds))
    return undefined;
  return {
    ...{ accessKeyId: accessKeyId!, region: region!, service, signedAt, expiresInSeconds },
    sessionToken: query['X-Amz-Security-Token'],
    signedHeaders: (query['X-Amz-SignedHeaders'] ?? '').split(';'),
    signature: query['X-Amz-Signature'] ?? '',
  };
};

/** What the signing adds to the query. */
const added =
  /^X-Amz-(Algorithm|Content-Sha256|Credential|Date|Expires|Security-Token|Signature|SignedHeaders)$/;

/** Whether a URL was signed with the key's secret: it is signed again. */
export const isPresignedBy = async (
  request: SignedRequest,
  url: PresignedUrl,
  key: AccessKey,
): Promise<boolean> => {
  const { signedAt, expiresInSeconds, signature } = url;
  const signed = new Set(url.signedHeaders);
  const headers = Object.entries(request.headers).filter(([name]) => signed.has(name));
  const query = Object.fromEntries(Object.entries(request.query).filter(([name]) => !added.test(name)));
  const unsigned = new HttpRequest({
    ...request,
    query,
    headers: { ...Object.fromEntries(headers), 'X-Amz-Content-Sha256': 'UNSIGNED-PAYLOAD' },
  });
  const again = await signerFor(url, key).presign(unsigned, {
    signingDate: signedAt,
    expiresIn: expiresInSeconds,
    signableHeaders: signed,
  });
  const expected = String(again.query?.['X-Amz-Signature'] ?? '');
  return (
    expected.length === signature.length && timingSafeEqual(Buffer.from(expected), Buffer.from(signature))
  );
};
