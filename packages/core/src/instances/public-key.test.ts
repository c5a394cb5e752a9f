import { describe, expect, it } from 'vitest';
import { isSameKey, parsePublicKey } from './public-key.js';

/** Made, and their fingerprints computed, with OpenSSL. */
const rsa =
  'ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAgQCwj/aXOQadhKaZuvB2EfZB+bIHjQz5y+zocGLXmbJCNJYLXozo2ZGFqzKTC6MHcHb1baJU1r+b7HcB41FAdGUF0xJr2EoMhZ3LtR0dhHFl2yC8Dg1o53WdbsZrDChC+v/aXoSlUhHgCUZcqQiV5SVPahwbRrH85vW4N8n6LjkZgQ==';
const ed25519 = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAINTNJ8hwq1xNF8+80UKBGx809yvvEMB5iebdI5Tfy7cr';

describe('a public key', () => {
  it.each([
    ['RSA, of the DER form', rsa, '31:96:50:ee:8e:ce:33:9f:5b:42:7c:37:f6:d2:ba:28'],
    ['RSA, as RFC 4716 has it', rsa, 'e3:d6:31:16:88:ef:76:2b:b0:7a:65:e4:6b:f5:71:4b'],
    ['ED25519', ed25519, 'KHYpU/OOP9KMw4A/uWzAn3PejyXsyKRWl/C5I3GJcEY='],
    ['ED25519 without padding', ed25519, 'KHYpU/OOP9KMw4A/uWzAn3PejyXsyKRWl/C5I3GJcEY'],
  ])('[W61] is known by its fingerprint: %s', (_form, text, KeyFingerprint) => {
    const key = parsePublicKey(`${text} somebody@somewhere\n`, 'id.pub');
    expect(key.text).toBe(text);
    expect(isSameKey(key, { KeyFingerprint })).toBe(true);
    expect(isSameKey(key, { KeyFingerprint: `0${KeyFingerprint.slice(1)}` })).toBe(false);
  });

  it('[W61] is known by itself where AWS tells it, whatever the fingerprint is of', () => {
    const key = parsePublicKey(ed25519, 'id.pub');
    expect(isSameKey(key, { KeyFingerprint: 'of the private key', PublicKey: `${ed25519} team` })).toBe(true);
    expect(isSameKey(key, { PublicKey: rsa })).toBe(false);
  });

  it.each([
    ['a private key', '-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXk=', 'private key'],
    ['nothing', '', 'no public key'],
    ['a key cut short', rsa.slice(0, 60), 'no public key'],
    ['a key under the name of another type', rsa.replace('ssh-rsa', 'ssh-ed25519'), 'no public key'],
    ['a type that EC2 does not take', 'ssh-dss AAAAB3NzaC1kc3M=', 'no keys of type ssh-dss'],
  ])('is refused by the name of its file if that holds %s', (_what, text, message) => {
    expect(() => parsePublicKey(text, 'id.pub')).toThrow(
      expect.objectContaining({
        code: 'INVALID_OPTION',
        resource: 'id.pub',
        message: expect.stringContaining(message),
      }),
    );
  });
});
