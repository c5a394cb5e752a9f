import { AmiPublisherError } from '@ami-publisher/base';
import { type Role, roles } from './roles.js';

/**
 * What a server certificate says it is, as a URI name of the certificate: `ami-publisher://unpacker/123456789012/us-east-1`. It is
 * checked in place of the address, which changes with every start of an instance.
 */
export interface ServerName {
  readonly service: 'imageserver' | 'unpacker';
  /** 12 digits, or `*` for any. */
  readonly account: string;
  /** `*` for any. */
  readonly region: string;
}

const scheme = 'ami-publisher://';

export const formatServerName = (name: ServerName): string =>
  `${scheme}${name.service}/${name.account}/${name.region}`;

export const formatRoleName = (role: Role): string => `${scheme}role/${role}`;

/** The URI names of a certificate, from Node's rendering of its subject alternative names. */
export const uriNames = (subjectAlternativeName: string | undefined): string[] =>
  (subjectAlternativeName ?? '')
    .split(', ')
    .filter((part) => part.startsWith('URI:'))
    .map((part) => part.slice('URI:'.length));

/** The role that a client certificate carries, if it carries a known one. */
export const roleOf = (subjectAlternativeName: string | undefined): Role | undefined => {
  const names = uriNames(subjectAlternativeName);
  return roles.find((role) => names.includes(formatRoleName(role)));
};

const componentMatches = (offered: string | undefined, expected: string): boolean =>
  offered === expected || offered === '*' || expected === '*';

/** Whether one of the certificate's names is the expected one; `*` on either side fits anything. */
export const serverNameMatches = (
  subjectAlternativeName: string | undefined,
  expected: ServerName,
): boolean =>
  uriNames(subjectAlternativeName).some((name) => {
    if (!name.startsWith(scheme)) return false;
    const [service, account, region, ...rest] = name.slice(scheme.length).split('/');
    return (
      rest.length === 0 &&
      service === expected.service &&
      componentMatches(account, expected.account) &&
      componentMatches(region, expected.region)
    );
  });

/** @returns the error of a server that proved to be somebody else. */
export const wrongServer = (
  subjectAlternativeName: string | undefined,
  expected: ServerName,
): AmiPublisherError => {
  const names = uriNames(subjectAlternativeName);
  return new AmiPublisherError('CERTIFICATE_REFUSED', {
    message: `expected a server certificate for ${formatServerName(expected)}, got one for ${names.join(', ') || 'no URI name'}`,
    remedy: 'connect to the right instance, or issue it a certificate with that URI name',
  });
};
