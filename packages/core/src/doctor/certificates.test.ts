import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CertificateAuthority, createCertificateAuthority } from '@ami-publisher/protocol';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { examineCertificates } from './certificates.js';

const dayMs = 86_400_000;
const from = Date.parse('2026-01-01T00:00:00Z');
const inDays = (days: number) => from + days * dayMs;

const parent = mkdtempSync(join(tmpdir(), 'doctor-'));
afterAll(() => rmSync(parent, { recursive: true }));

let authority: CertificateAuthority;
let other: CertificateAuthority;
let directory: string;
beforeAll(async () => {
  authority = await createCertificateAuthority({ commonName: 'one', from });
  other = await createCertificateAuthority({ commonName: 'another', from });
});
beforeEach(() => {
  directory = mkdtempSync(join(parent, 'certificates-'));
  writeFileSync(join(directory, 'CA.pem'), authority.cert);
});

type Issued = Parameters<CertificateAuthority['issue']>[0];
const put = async (name: string, issue: Partial<Issued>, { by = authority, key = '' } = {}) => {
  const issued = await by.issue({ commonName: name, from, days: 365, ...issue });
  writeFileSync(join(directory, `${name}.cert`), issued.cert);
  writeFileSync(join(directory, `${name}.key`), key || issued.key);
  return issued;
};

const statuses = (now: number) =>
  Object.fromEntries(
    examineCertificates(directory, now).map(({ subject, status, detail }) => [
      subject.replace(`${directory}/`, ''),
      `${status}: ${detail}`,
    ]),
  );

describe('the certificates that doctor looks at', () => {
  it('are one line where all are good', async () => {
    await put('publisher', { role: 'publisher' });
    await put('reader', { role: 'reader', days: 200 });
    expect(statuses(inDays(1))).toEqual({
      'CA.pem': expect.stringMatching(/^ok: the authority expires on /),
      [directory]: 'ok: 2 certificates, of which the first expires on 2026-07-20',
    });
  });

  it('are warned of from thirty days before they end, and fail at the end if commands need them', async () => {
    await put('publisher', { role: 'publisher' });
    await put('reader', { role: 'reader' });
    expect(statuses(inDays(335))).not.toHaveProperty('publisher.cert');
    expect(statuses(inDays(336))).toMatchObject({
      'publisher.cert': 'warning: expires on 2027-01-01, in 29 days',
    });
    expect(statuses(inDays(365))).toMatchObject({
      'publisher.cert': 'failure: expired on 2027-01-01, 0 days ago',
      'reader.cert': 'warning: expired on 2027-01-01, 0 days ago',
    });
  });

  it('are of the authority beside them, and fit their keys', async () => {
    const { key } = await put('reader', { role: 'reader' });
    await put('publisher', { role: 'publisher' }, { by: other });
    await put('operator', { role: 'operator' }, { key });
    await put('ingester', { role: 'ingester' }, { key: 'no key' });
    expect(statuses(inDays(1))).toMatchObject({
      'publisher.cert': 'failure: is not of the authority CA.pem beside it',
      'operator.cert': 'failure: does not belong to its key operator.key',
      'ingester.cert': 'warning: does not belong to its key ingester.key',
    });
  });

  it('include one that may publish', async () => {
    await put('reader', { role: 'reader' });
    const failures = examineCertificates(directory, inDays(1)).filter(({ status }) => status === 'failure');
    expect(failures).toMatchObject([{ detail: 'no client certificate with role publisher or operator' }]);
  });

  it('have an authority that lasts', async () => {
    await put('publisher', { role: 'publisher' });
    expect(statuses(inDays(10_000))['CA.pem']).toMatch(/^failure: the authority expired on /);
    rmSync(join(directory, 'CA.pem'));
    expect(() => examineCertificates(directory, inDays(1))).toThrow(/cannot read the certificate authority/);
  });
});
