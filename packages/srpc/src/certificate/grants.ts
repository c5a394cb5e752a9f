import type { X509Certificate } from 'node:crypto';
import { type DerElement, derElements, derObjectIdentifier, derTag } from './der.js';

const methodsExtension = derObjectIdentifier('1.3.6.1.4.1.9586.100.7.1');
const groupsExtension = derObjectIdentifier('1.3.6.1.4.1.9586.100.7.2');
const commonName = derObjectIdentifier('2.5.4.3');
const textTags: readonly number[] = [derTag.utf8String, derTag.printableString, derTag.ia5String];

/** What a certificate says about whom it was given to. */
export interface CertificateGrants {
  /** Common name of the subject; empty if it has none. */
  readonly userName: string;
  /** Patterns of `Service.Method`. */
  readonly methods: readonly string[];
  readonly groups: readonly string[];
}

/**
 * Reads name, methods and groups out of a certificate. Node gives no access to extensions that it does not know.
 *
 * @throws RangeError if it has one of our extensions in a form that is not allowed; the whole certificate is of no use then.
 */
export const readGrants = (certificate: X509Certificate): CertificateGrants => {
  const [outer] = derElements(certificate.raw);
  const [signed] = derElements(outer?.content ?? Buffer.alloc(0));
  const parts = derElements(signed?.content ?? Buffer.alloc(0));
  const extensions = extensionsOf(parts);
  const methods = stringsOf(extensions, methodsExtension);
  const bad = methods.find((method) => method.split('.').length !== 2);
  if (bad !== undefined)
    throw new RangeError(`the method ${JSON.stringify(bad)} does not have exactly one dot`);
  return { userName: commonNameOf(parts), methods, groups: stringsOf(extensions, groupsExtension) };
};

/** Each extension: its identifier, perhaps whether it is critical, its value. */
const extensionsOf = (parts: readonly DerElement[]): readonly (readonly DerElement[])[] => {
  const holder = parts.find(({ tag }) => tag === derTag.extensions);
  const [list] = holder === undefined ? [] : derElements(holder.content);
  return list === undefined ? [] : derElements(list.content).map(({ content }) => derElements(content));
};

const stringsOf = (extensions: readonly (readonly DerElement[])[], identifier: Buffer): readonly string[] => {
  const extension = extensions.find(([id]) => id?.content.equals(identifier));
  const value = extension?.find(({ tag }) => tag === derTag.octetString);
  if (value === undefined) return [];
  const [list, ...trailing] = derElements(value.content);
  const strings = list?.tag === derTag.sequence ? derElements(list.content) : undefined;
  if (trailing.length > 0 || strings?.every(({ tag }) => textTags.includes(tag)) !== true)
    throw new RangeError('an extension that is no list of strings');
  return strings.map(({ content }) => content.toString('utf8'));
};

/** The sequences of a certificate are its algorithm, issuer, validity, subject, … */
const commonNameOf = (parts: readonly DerElement[]): string => {
  const [, , , subject] = parts.filter(({ tag }) => tag === derTag.sequence);
  const attributes = (subject === undefined ? [] : derElements(subject.content))
    .flatMap(({ content }) => derElements(content))
    .map(({ content }) => derElements(content));
  const named = attributes.find(([id]) => id?.content.equals(commonName));
  return named?.[1]?.content.toString('utf8') ?? '';
};
