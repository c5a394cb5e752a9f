import { timingSafeEqual } from 'node:crypto';
import { HttpRequest } from '@smithy/core/protocols';
import { Hash } from '@smithy/core/serde';
import { SignatureV4 } from '@smithy/signature-v4';
import type { AccessKey } from './identity.js';

/** The parts of an `Authorization` header of Signature Version 4. */
export interface Authorization {
  readonly accessKeyId: string;
  readonly region: string;
  readonly service: string;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
}

/** A request as it came in; names of headers in lower case. */
export interface SignedRequest {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

const headerPattern =
  /^AWS4-HMAC-SHA256 Credential=([^/]+)\/\d{8}\/([^/]+)\/([^/]+)\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/;

/** @returns undefined if the header is not one of Signature Version 4. */
export const parseAuthorization = (header: string): Authorization | undefined => {
  const match = headerPattern.exec(header);
  if (match === null) return undefined;
  const [, accessKeyId, region, service, signedHeaders, signature] = match as unknown as string[];
  return {
    accessKeyId: accessKeyId!,
    region: region!,
    service: service!,
    signedHeaders: signedHeaders!.split(';'),
    signature: signature!,
  };
};

const payloadHashHeader = 'x-amz-content-sha256';

/** `20261122T131415Z`; invalid for another form. */
export const parseSigningDate = (text: string): Date =>
  new Date(text.replace(/^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z$/, '$1-$2-$3T$4:$5:$6Z'));

/** Signs as a holder of the key does. */
export const signerFor = (
  { region, service }: Pick<Authorization, 'region' | 'service'>,
  { accessKeyId, secretAccessKey, sessionToken }: AccessKey,
  applyChecksum = false,
): SignatureV4 =>
  new SignatureV4({
    credentials: { accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) },
    ...{ region, service, applyChecksum },
    sha256: Hash.bind(null, 'sha256'),
    // Only S3 signs paths as they are sent.
    uriEscapePath: service !== 's3',
  });

/**
 * Whether the request was signed with the key's secret. It is signed again, over the headers that its signature names and the body that
 * arrived, and the two signatures are compared.
 */
export const isSignedBy = async (
  request: SignedRequest,
  authorization: Authorization,
  key: AccessKey,
): Promise<boolean> => {
  const date = parseSigningDate(request.headers['x-amz-date'] ?? '');
  if (Number.isNaN(date.getTime())) return false;
  const signed = new Set(authorization.signedHeaders);
  const headers = Object.entries(request.headers).filter(
    ([name]) => signed.has(name) && name !== payloadHashHeader,
  );
  const signer = signerFor(authorization, key, signed.has(payloadHashHeader));
  const again = await signer.sign(
    new HttpRequest({ ...request, query: { ...request.query }, headers: Object.fromEntries(headers) }),
    { signingDate: date, signableHeaders: signed },
  );
  const expected = parseAuthorization(again.headers.authorization ?? '')?.signature ?? '';
  return timingSafeEqual(Buffer.from(expected.padEnd(64)), Buffer.from(authorization.signature));
};
