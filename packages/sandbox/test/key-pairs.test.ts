import { type Sandbox, startSandbox } from '@ami-publisher/sandbox';
import { DeleteKeyPairCommand, DescribeKeyPairsCommand, ImportKeyPairCommand } from '@aws-sdk/client-ec2';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { destroyClients, ec2Client, expectCode } from './support/aws.js';

/** Made, and their fingerprints computed, with OpenSSL: `openssl md5 -c` of the DER form, `openssl dgst -sha256 -binary` of the blob. */
const rsa = {
  key: 'ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAgQCwj/aXOQadhKaZuvB2EfZB+bIHjQz5y+zocGLXmbJCNJYLXozo2ZGFqzKTC6MHcHb1baJU1r+b7HcB41FAdGUF0xJr2EoMhZ3LtR0dhHFl2yC8Dg1o53WdbsZrDChC+v/aXoSlUhHgCUZcqQiV5SVPahwbRrH85vW4N8n6LjkZgQ==',
  fingerprint: '31:96:50:ee:8e:ce:33:9f:5b:42:7c:37:f6:d2:ba:28',
};
const ed25519 = {
  key: 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAINTNJ8hwq1xNF8+80UKBGx809yvvEMB5iebdI5Tfy7cr',
  fingerprint: 'KHYpU/OOP9KMw4A/uWzAn3PejyXsyKRWl/C5I3GJcEY=',
};

describe('Key pairs', () => {
  destroyClients();
  let sandbox: Sandbox;
  let ec2: ReturnType<typeof ec2Client>;

  beforeAll(async () => {
    sandbox = await startSandbox();
    ec2 = ec2Client(sandbox);
  });
  afterAll(() => sandbox.close());

  const importKey = (KeyName: string, key: string) =>
    ec2.send(new ImportKeyPairCommand({ KeyName, PublicKeyMaterial: Buffer.from(key) }));

  test.each([
    ['rsa', rsa],
    ['ed25519', ed25519],
  ] as const)(
    '[NET-3] A key of type %s is imported, described with its fingerprint, and deleted',
    async (type, pair) => {
      const { KeyPairId, KeyFingerprint } = await importKey(type, `${pair.key} somebody@somewhere\n`);
      expect(KeyFingerprint).toBe(pair.fingerprint);
      const describe = (more: object = {}) =>
        ec2.send(new DescribeKeyPairsCommand({ Filters: [{ Name: 'key-name', Values: [type] }], ...more }));
      expect((await describe()).KeyPairs).toEqual([
        {
          ...{ KeyName: type, KeyPairId, KeyType: type, KeyFingerprint, Tags: [] },
          CreateTime: expect.any(Date),
        },
      ]);
      expect((await describe({ IncludePublicKey: true })).KeyPairs).toMatchObject([{ PublicKey: pair.key }]);
      await expectCode(importKey(type, pair.key), 'InvalidKeyPair.Duplicate');
      await ec2.send(new DeleteKeyPairCommand({ KeyPairId }));
      expect((await describe()).KeyPairs).toEqual([]);
    },
  );

  test('[NET-3] What is no key, and a name that is not there, is refused; deleting such a name is not', async () => {
    await expectCode(importKey('bad', 'ssh-rsa AAAA'), 'InvalidKey.Format');
    await expectCode(importKey('bad', `ssh-rsa ${ed25519.key.split(' ')[1]}`), 'InvalidKey.Format');
    await expectCode(
      ec2.send(new DescribeKeyPairsCommand({ KeyNames: ['none'] })),
      'InvalidKeyPair.NotFound',
    );
    expect((await ec2.send(new DeleteKeyPairCommand({ KeyName: 'none' }))).Return).toBe(true);
    await expectCode(
      ec2.send(new DeleteKeyPairCommand({ KeyPairId: 'key-0123456789abcdef0' })),
      'InvalidKeyPair.NotFound',
    );
  });
});
