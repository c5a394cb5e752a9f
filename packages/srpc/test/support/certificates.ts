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
}

/** A private authority of a test. */
export interface TestAuthority {
  readonly ca: Buffer;
  issue(options: IssueOptions): Promise<KeyPair>;
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

/** Makes an authority, whose certificates are good for clients and servers. */
export const createAuthority = async (name: string): Promise<TestAuthority> => {
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const own = await x509.X509CertificateGenerator.createSelfSigned({
    name: `CN=${name}`,
    ...validity([-1, 1]),
    signingAlgorithm: algorithm,
    keys,
    extensions: [new x509.BasicConstraintsExtension(true, 0, true)],
  });
  return {
    ca: Buffer.from(own.toString('pem')),
    issue: async (options) => {
      const pair = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
      const raw = options.methodsAsDer;
      const certificate = await x509.X509CertificateGenerator.create({
        subject: `CN=${options.name}`,
        issuer: own.subject,
        ...validity(options.days ?? [-1, 1]),
        signingAlgorithm: algorithm,
        publicKey: pair.publicKey,
        signingKey: keys.privateKey,
        extensions: [
          ...(raw === undefined ? [] : [new x509.Extension(methodsExtension, false, raw)]),
          ...listExtension(methodsExtension, options.methods),
          ...listExtension(groupsExtension, options.groups),
        ],
      });
      const cert = Buffer.from(certificate.toString('pem'));
      return { name: options.name, cert, key: await pemOf(pair.privateKey) };
    },
  };
};
