import { writeFileSync } from 'node:fs';
import {
  createCertificateAuthority,
  createUnpackerClient,
  imageServerService,
  startServer,
} from '@ami-publisher/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startUnpacker } from '../src/index.js';
import { follow, leaseOn, stream, TestHost, volumeId } from './fixture/unpacker.js';

let host: TestHost;

beforeEach(() => {
  host = new TestHost();
});
afterEach(() => host.dispose());

describe('with certificates', () => {
  it('[U66] serves publishers only, and shows its own certificate to the image server as a reader', async () => {
    const now = Date.now();
    const authority = await createCertificateAuthority({ commonName: 'test', from: now });
    const place = { account: '111111111111', region: 'eu-west-1' };
    const files = async (service: 'unpacker' | 'imageserver') => {
      const issued = await authority.issue({ commonName: service, server: { service, ...place }, from: now });
      const file = (name: string, text: string) => {
        writeFileSync(host.path(`${service}.${name}`), text);
        return host.path(`${service}.${name}`);
      };
      return {
        caFile: file('ca', authority.cert),
        certFile: file('cert', issued.cert),
        keyFile: file('key', issued.key),
      };
    };
    const callers: string[] = [];
    const images = await startServer({
      host: '127.0.0.1',
      port: 0,
      tls: await files('imageserver'),
      services: [
        imageServerService({
          GetImage: async ({ name }, { caller }) => {
            callers.push(`${caller.commonName} ${caller.role}`);
            return { name, manifestDigest: 'b'.repeat(128), createdAt: '2026-01-01T00:00:00Z' };
          },
        }),
      ],
    });
    const unpacker = await startUnpacker({
      port: 0,
      stateDirectory: host.stateDirectory,
      devicesDirectory: host.devicesDirectory,
      imageServer: images.address,
      tls: await files('unpacker'),
    });
    const clientWith = async (role: 'publisher' | 'reader') => {
      const issued = await authority.issue({ commonName: role, role, from: now });
      const tls = {
        ca: Buffer.from(authority.cert),
        cert: Buffer.from(issued.cert),
        key: Buffer.from(issued.key),
      };
      return createUnpackerClient({ address: unpacker.address, tls, expect: place });
    };
    const reader = await clientWith('reader');
    await expect(reader.createStream({ stream })).rejects.toMatchObject({ code: 'ROLE_REFUSED' });
    const publisher = await clientWith('publisher');
    const lease = await leaseOn(publisher);
    host.attach();
    await publisher.addDevice({ deviceId: volumeId, lease });
    const request = { lease, operationId: 'u1', leaf: '1', manifestDigest: 'a'.repeat(128) };
    const { error } = await follow(publisher.unpackImage(request));
    expect(error).toMatchObject({ code: 'IMAGE_DIGEST_MISMATCH' });
    expect(callers).toEqual(['unpacker reader']);
    reader.close();
    publisher.close();
    await unpacker.close();
    await images.close(0);
  });
});
