import { counted } from '@ami-publisher/base';
import { type InspectedCertificate, inspectCertificateFolder, type Role } from '@ami-publisher/protocol';
import { dayOf, describeExpiry, expiryOf } from './expiry.js';
import { type Finding, ok, warning } from './finding.js';

/** What the commands show unpackers and image servers. */
const neededRoles: readonly (Role | undefined)[] = ['publisher', 'operator'];

const check = 'certificates';
const renewal =
  'remove it with its key and run `ami-publisher certs create` for its folder where CA-key.pem is; what is there is kept';

/**
 * Looks at the authority and at every certificate of a folder: those that are good are one line.
 *
 * @throws `CERTIFICATE_REFUSED` if the folder has no authority, or a file is no certificate.
 */
export const examineCertificates = (directory: string, now: number): readonly Finding[] => {
  const { authority, certificates } = inspectCertificateFolder(directory);
  const bad = certificates.flatMap((certificate) => fault(certificate, now) ?? []);
  const badFiles = new Set(bad.map(({ subject }) => subject));
  const good = certificates.filter(({ file }) => !badFiles.has(file));
  return [
    ageOfAuthority(authority, now),
    ...bad,
    ...(good.length > 0 ? [summary(directory, good)] : []),
    ...(certificates.some(({ role }) => neededRoles.includes(role)) ? [] : [noneNeeded(directory)]),
  ];
};

const ageOfAuthority = ({ file, expiresAt }: { file: string; expiresAt: number }, now: number): Finding => {
  const site = { check, subject: file } as const;
  const age = expiryOf(expiresAt, now);
  const detail = `the authority ${describeExpiry(expiresAt, now)}`;
  if (age === 'good') return ok(site, detail);
  const remedy =
    'make a new authority in a new folder by `ami-publisher certs create`, and give all machines its certificates';
  return age === 'soon'
    ? warning(site, detail, remedy)
    : { ...site, status: 'failure', detail, remedy, code: 'CERTIFICATE_REFUSED' };
};

const fault = (
  { file, role, expiresAt, fault: wrong }: InspectedCertificate,
  now: number,
): Finding | undefined => {
  const site = { check, subject: file } as const;
  const age = expiryOf(expiresAt, now);
  const detail = wrong ?? describeExpiry(expiresAt, now);
  if (wrong === undefined && age === 'good') return undefined;
  const isFailure = neededRoles.includes(role) && (wrong !== undefined || age === 'expired');
  return isFailure
    ? { ...site, status: 'failure', detail, remedy: renewal, code: 'CERTIFICATE_REFUSED' }
    : warning(site, detail, renewal);
};

const summary = (directory: string, good: readonly InspectedCertificate[]): Finding => {
  const first = Math.min(...good.map(({ expiresAt }) => expiresAt));
  return ok(
    { check, subject: directory },
    `${counted(good.length, 'certificate')}, of which the first expires on ${dayOf(first)}`,
  );
};

const noneNeeded = (directory: string): Finding => ({
  ...{ check, subject: directory, status: 'failure', code: 'CERTIFICATE_REFUSED' },
  detail: `no client certificate with role ${neededRoles.join(' or ')}`,
  remedy: 'issue one with `ami-publisher certs create`, or name another folder with --certs',
});
