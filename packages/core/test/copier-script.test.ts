import { spawn } from 'node:child_process';
import { createHash, randomBytes, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { createCertificateAuthority } from '@ami-publisher/protocol';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type CopierArguments, copierReport, copierScript } from '../src/bootstrap/copier-script.js';

const volumeId = 'vol-0123456789abcdef0';
const ticket = randomBytes(32).toString('base64url');
const size = 3 * 1024 * 1024;
/** Some data, a hole, some data at the very end. */
const original = Buffer.concat([
  randomBytes(1_000_000),
  Buffer.alloc(size - 1_000_005),
  Buffer.from('last!'),
]);
const sha256 = createHash('sha256').update(original).digest('hex');

let server: Server;
let publicKeySha256: string;
let answer: (response: ServerResponse) => void;
let asked: IncomingMessage['headers'] | undefined;
let host: string;

beforeAll(async () => {
  const { cert, key } = await createCertificateAuthority({ commonName: 'source', from: Date.now() });
  const der = new X509Certificate(cert).publicKey.export({ type: 'spki', format: 'der' });
  publicKeySha256 = createHash('sha256').update(der).digest('base64');
  server = createServer({ cert, key }, (request, response) => {
    asked = request.headers;
    answer(response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterAll(() => {
  server.close();
});

/** A machine with the volume and another disk. */
beforeEach(() => {
  host = mkdtempSync(join(tmpdir(), 'copier-'));
  mkdirSync(join(host, 'disks'));
  for (const name of ['vol0123456789abcdef0', 'vol0aaaaaaaaaaaaaaaa']) {
    const disk = join(host, 'disks', `nvme-Amazon_Elastic_Block_Store_${name}`);
    writeFileSync(disk, '');
    truncateSync(disk, size);
  }
  writeFileSync(join(host, 'poweroff'), '#!/bin/sh\n: >"$(dirname "$0")/off"\n', { mode: 0o755 });
  asked = undefined;
  answer = (response) => response.end(gzipSync(original));
  return () => rmSync(host, { recursive: true });
});

const disk = (name = 'vol0123456789abcdef0') =>
  readFileSync(join(host, 'disks', `nvme-Amazon_Elastic_Block_Store_${name}`));

/** Runs the script as an instance would. @returns what it said */
const boot = async (given: Partial<CopierArguments> = {}) => {
  const { port } = server.address() as AddressInfo;
  const told = { address: '127.0.0.1', port, publicKeySha256, ticket, sizeBytes: size, volumeId };
  writeFileSync(join(host, 'user-data'), copierScript({ ...told, device: '/dev/sdzz', ...given }), {
    mode: 0o700,
  });
  const console = join(host, 'console');
  const child = spawn(join(host, 'user-data'), [], {
    env: {
      PATH: `${host}:${process.env.PATH}`,
      COPIER_DISKS: join(host, 'disks'),
      COPIER_CONSOLE: console,
    },
    stdio: 'ignore',
  });
  await once(child, 'exit');
  expect(readdirSync(host)).toContain('off');
  return copierReport(readFileSync(console, 'utf8'), volumeId);
};

describe('a copier', () => {
  it('[W39] [W40] writes the volume onto the disk with the serial and no other, and tells what it reads back', async () => {
    expect(await boot()).toEqual({ copied: { sizeBytes: size, sha256 } });
    expect(disk().equals(original)).toBe(true);
    expect(disk('vol0aaaaaaaaaaaaaaaa').equals(Buffer.alloc(size))).toBe(true);
    expect(asked).toMatchObject({ authorization: `Bearer ${ticket}` });
    expect(readFileSync(join(host, 'console'), 'utf8')).not.toContain(ticket);
  });

  it('[W40] fails when what it fetches ends early, though the last program of the pipe is content', async () => {
    answer = (response) => {
      const packed = gzipSync(original);
      response.writeHead(200, { 'content-length': packed.length });
      response.write(packed.subarray(0, 500_000), () => response.destroy());
    };
    expect(await boot()).toEqual({ failed: expect.stringContaining('fetching the volume onto') });
  });

  it('[W40] fails when what it fetches cannot be unpacked', async () => {
    answer = (response) => response.end(original);
    expect(await boot()).toEqual({ failed: expect.stringContaining('fetching the volume onto') });
  });

  it('[W40] tells another digest when what it fetches is shorter', async () => {
    answer = (response) => response.end(gzipSync(original.subarray(0, size - 5)));
    const report = await boot();
    expect(report).toMatchObject({ copied: { sizeBytes: size } });
    expect(report).not.toMatchObject({ copied: { sha256 } });
  });

  it('[W39] leaves a disk alone that is not blank', async () => {
    const held = Buffer.alloc(size);
    held.write('root', 1_000);
    writeFileSync(join(host, 'disks', 'nvme-Amazon_Elastic_Block_Store_vol0123456789abcdef0'), held);
    expect(await boot()).toEqual({ failed: expect.stringContaining('is blank') });
    expect(disk().equals(held)).toBe(true);
    expect(asked).toBeUndefined();
  });

  it('sends its ticket to nobody who has another key', async () => {
    const other = createHash('sha256').update('another').digest('base64');
    expect(await boot({ publicKeySha256: other })).toEqual({ failed: expect.stringContaining('fetching') });
    expect(asked).toBeUndefined();
  });

  it('finds a disk without serial by the name that it is attached by', async () => {
    const device = join(host, 'sdf');
    writeFileSync(join(host, 'xvdf'), Buffer.alloc(size));
    const report = await boot({ device: device, volumeId: 'vol-0bbbbbbbbbbbbbbbb' });
    expect(report).toBeUndefined();
    expect(readFileSync(join(host, 'console'), 'utf8')).toContain('vol0bbbbbbbbbbbbbbbb: copied');
    expect(readFileSync(join(host, 'xvdf')).equals(original)).toBe(true);
  });
});
