import { webcrypto } from 'node:crypto';
import 'reflect-metadata';
import * as x509 from '@peculiar/x509';
import type { KeyPair } from '../../src/index.js';

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const dayMs = 24 * 60 * 60 * 1000;
const methodsExtension = '1.3.6.1.4.1.9586.100.7.1';
const groupsExtension = '1.3.6.1.4.1.9586.100.7.2';

x509.cryptoProvider.set(webcrypto);

/** What a certificate of a test is to say. */
export interface IssueOptions {
  readonly name: string;
  readonly methods?: readonly string[];
  readonly groups?: readonly string[];
  /** DER in place of the list of methods. */
  readonly methodsAsDer?: Buffer;
  /** From when and for how long it is valid, days from now. @default from yesterday to tomorrow */
  readonly days?: readonly [from: number, to: number];
  /** Of its key. @default P-256 */
  readonly curve?: 'P-256' | 'P-384';
}

/** A private authority of a test. */
export interface TestAuthority {
  readonly ca: Buffer;
  /** The certificate comes with those of the authorities between this one and the outermost. */
  issue(options: IssueOptions): Promise<KeyPair>;
  /** An authority below this one, whose own certificate may have grants too. */
  issueAuthority(options: Pick<IssueOptions, 'name' | 'methods'>): Promise<TestAuthority>;
}

/** A list of short strings as DER: `SEQUENCE OF UTF8String`. */
const derList = (strings: readonly string[]): Buffer => {
  const elements = Buffer.concat(strings.map((text) => element(0x0c, Buffer.from(text))));
  return element(0x30, elements);
};

const element = (tag: number, content: Buffer): Buffer =>
  Buffer.concat([Buffer.from([tag, content.length]), content]);

const listExtension = (oid: string, strings: readonly string[] | undefined): x509.Extension[] =>
  strings === undefined ? [] : [new x509.Extension(oid, false, derList(strings))];

const validity = ([from, to]: readonly [number, number]) => ({
  notBefore: new Date(Date.now() + from * dayMs),
  notAfter: new Date(Date.now() + to * dayMs),
});

const pemOf = async (key: webcrypto.CryptoKey): Promise<Buffer> =>
  Buffer.from(x509.PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', key), 'PRIVATE KEY'));

interface Signer {
  readonly name: string;
  readonly keys: webcrypto.CryptoKeyPair;
}

/** A certificate of a signer, of itself if it is the outermost. */
const certify = async (
  { name, keys }: Signer,
  of: {
    readonly signer: Signer;
    readonly days?: IssueOptions['days'];
    readonly extensions: x509.Extension[];
  },
): Promise<Buffer> => {
  const certificate = await x509.X509CertificateGenerator.create({
    ...{
      subject: name === '' ? '' : `CN=${name}`,
      issuer: `CN=${of.signer.name}`,
      publicKey: keys.publicKey,
    },
    ...{ ...validity(of.days ?? [-1, 1]), signingAlgorithm: algorithm },
    ...{ signingKey: of.signer.keys.privateKey, extensions: of.extensions },
  });
  return Buffer.from(certificate.toString('pem'));
};

const createKeys = (namedCurve = 'P-256') =>
  webcrypto.subtle.generateKey({ ...algorithm, namedCurve }, true, ['sign', 'verify']);

const isAuthority = () => new x509.BasicConstraintsExtension(true, undefined, true);

/** @param between certificates from this authority up to the outermost, without that */
const authorityOf = (signer: Signer, ca: Buffer, between: readonly Buffer[]): TestAuthority => ({
  ca,
  issue: async ({ curve, days, groups, methods, methodsAsDer: raw, name }) => {
    const keys = await createKeys(curve);
    const extensions = [
      ...(raw === undefined ? [] : [new x509.Extension(methodsExtension, false, raw)]),
      ...listExtension(methodsExtension, methods),
      ...listExtension(groupsExtension, groups),
    ];
    const cert = await certify({ name, keys }, { signer, days, extensions });
    return { name, cert: Buffer.concat([cert, ...between]), key: await pemOf(keys.privateKey) };
  },
  issueAuthority: async ({ methods, name }) => {
    const below = { name, keys: await createKeys() };
    const extensions = [isAuthority(), ...listExtension(methodsExtension, methods)];
    const cert = await certify(below, { signer, extensions });
    return authorityOf(below, ca, [Buffer.concat([Buffer.from('\n'), cert]), ...between]);
  },
});

/** Makes an authority, whose certificates are good for clients and servers. */
export const createAuthority = async (name: string): Promise<TestAuthority> => {
  const signer = { name, keys: await createKeys() };
  return authorityOf(signer, await certify(signer, { signer, extensions: [isAuthority()] }), []);
};
