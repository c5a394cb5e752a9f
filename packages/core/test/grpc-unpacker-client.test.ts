import { AmiPublisherError } from '@ami-publisher/base';
import {
  type OperationInput,
  type RunningServer,
  startServer,
  type UnpackerHandlers,
  unpackerService,
} from '@ami-publisher/protocol';
import { afterEach, describe, expect, it } from 'vitest';
import type { StepProgress } from '../src/steps/step.js';
import { createGrpcUnpackerClient } from '../src/unpacker/grpc-unpacker-client.js';
import type { UnpackerClient } from '../src/unpacker/unpacker-client.js';

const open: { close(): unknown }[] = [];
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});

const connect = async (handlers: UnpackerHandlers, silenceMs?: number): Promise<UnpackerClient> => {
  const server: RunningServer = await startServer({
    services: [unpackerService(handlers)],
    host: '127.0.0.1',
    port: 0,
  });
  const client = createGrpcUnpackerClient({ address: server.address, silenceMs });
  open.push({ close: () => server.close(100) }, client);
  return client;
};

const lease = { stream: 'base/debian', publication: 'pub-1', epoch: 3 };
const image = { leaf: '1', manifestDigest: 'abc' };
const running = (progress: OperationInput): OperationInput => ({ id: 'op', state: 'RUNNING', ...progress });

/** Never ends, unless the caller goes away. */
const forever = (signal: AbortSignal): Promise<never> =>
  new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)));

describe('a long call on an unpacker', () => {
  it('reports progress and returns the result', async () => {
    const requests: unknown[] = [];
    const client = await connect({
      async *UnpackImage(request) {
        requests.push(request);
        yield running({ phase: 'fetch', filesDone: 1, filesTotal: 2, bytesDone: 10, bytesTotal: 20 });
        yield running({ phase: 'update', filesDone: 2, filesTotal: 2, bytesDone: 20, bytesTotal: 20 });
        yield {
          id: 'op',
          state: 'SUCCEEDED',
          unpacked: {
            generation: 7,
            filesWritten: 2,
            filesRemoved: 1,
            metadataChanged: 3,
            bytesFetched: 20,
            bytesWritten: 30,
          },
        };
      },
    });
    const heard: StepProgress[] = [];
    const counts = await client.unpackImage('op', image, lease, {
      onProgress: (progress) => heard.push(progress),
    });
    expect(counts).toEqual({
      generation: 7,
      filesWritten: 2,
      filesRemoved: 1,
      metadataChanged: 3,
      bytesFetched: 20,
      bytesWritten: 30,
    });
    expect(heard.slice(0, 2)).toEqual([
      { phase: 'fetch', filesDone: 1, filesTotal: 2, bytesDone: 10, bytesTotal: 20 },
      { phase: 'update', filesDone: 2, filesTotal: 2, bytesDone: 20, bytesTotal: 20 },
    ]);
    expect(requests).toMatchObject([
      {
        operationId: 'op',
        leaf: '1',
        manifestDigest: 'abc',
        lease: { stream: 'base/debian', publication: 'pub-1', epoch: '3' },
      },
    ]);
  });

  it('that fails rejects with the code and message of the unpacker', async () => {
    const client = await connect({
      async *UnpackImage() {
        yield running({ phase: 'fetch' });
        yield {
          id: 'op',
          stream: 'base/debian',
          state: 'FAILED',
          error: { code: 'OBJECT_CORRUPT', message: 'object 12ab of /etc/hosts is damaged' },
        };
      },
    });
    await expect(client.unpackImage('op', image, lease)).rejects.toMatchObject({
      code: 'OBJECT_CORRUPT',
      call: 'unpacker:UnpackImage',
      resource: 'base/debian',
      message: expect.stringContaining('object 12ab of /etc/hosts is damaged'),
    });
  });

  it('that fails with a code from the future is a failed operation', async () => {
    const client = await connect({
      async *PrepareForUnpack() {
        yield { id: 'op', state: 'FAILED', error: { code: 'MELTED', message: 'it melted' } };
      },
    });
    await expect(client.prepareForUnpack('op', lease)).rejects.toMatchObject({
      code: 'UNPACKER_FAILED',
      message: expect.stringContaining('it melted'),
    });
  });

  it('that was cancelled there says so', async () => {
    const client = await connect({
      async *PrepareForCapture() {
        yield { id: 'op', state: 'CANCELLED' };
      },
    });
    await expect(client.prepareForCapture('op', lease)).rejects.toThrow(/PrepareForCapture.*: cancelled/);
  });

  it.each<[string, NonNullable<UnpackerHandlers['UnpackImage']>]>([
    [
      'after progress',
      async function* () {
        yield running({ phase: 'fetch' });
      },
    ],
    ['at once', async function* () {}],
  ])('that ends %s without a result may be tried again', async (_when, UnpackImage) => {
    const client = await connect({ UnpackImage });
    await expect(client.unpackImage('op', image, lease)).rejects.toMatchObject({
      code: 'UNPACKER_FAILED',
      retryable: true,
      message: expect.stringContaining('ended without a result'),
    });
  });

  it('[W20] that falls silent is given up, and may be tried again', async () => {
    let gone = false;
    const client = await connect(
      {
        async *UnpackImage(_request, { signal }) {
          yield running({ phase: 'fetch' });
          await forever(signal).finally(() => {
            gone = true;
          });
        },
      },
      200,
    );
    await expect(client.unpackImage('op', image, lease)).rejects.toMatchObject({
      code: 'UNPACKER_UNREACHABLE',
      retryable: true,
      message: expect.stringMatching(/UnpackImage at 127\.0\.0\.1:\d+ has been silent for 0\.2 s/),
    });
    await expect.poll(() => gone).toBe(true);
  });

  it('that keeps reporting is waited for, however long it takes', async () => {
    const client = await connect(
      {
        async *PrepareForUnpack() {
          for (let n = 0; n < 8; n++) {
            yield running({ filesDone: n });
            await new Promise((resolve) => setTimeout(resolve, 100));
          }
          yield { id: 'op', state: 'SUCCEEDED' };
        },
      },
      400,
    );
    await expect(client.prepareForUnpack('op', lease)).resolves.toBeUndefined();
  });

  it('ends at once when its caller cancels, with the caller’s reason', async () => {
    const client = await connect({
      async *UnpackImage(_request, { signal }) {
        yield running({ phase: 'fetch' });
        await forever(signal);
      },
    });
    const controller = new AbortController();
    const reason = new AmiPublisherError('CANCELLED', { message: 'interrupted by SIGINT' });
    const call = client.unpackImage('op', image, lease, {
      signal: controller.signal,
      onProgress: () => controller.abort(reason),
    });
    await expect(call).rejects.toBe(reason);
  });

  it('whose unpacker goes away is unreachable', async () => {
    const server = await startServer({
      services: [
        unpackerService({
          async *UnpackImage(_request, { signal }) {
            yield running({ phase: 'fetch' });
            await forever(signal);
          },
        }),
      ],
      host: '127.0.0.1',
      port: 0,
    });
    const client = createGrpcUnpackerClient({ address: server.address });
    open.push(client);
    const call = client.unpackImage('op', image, lease, { onProgress: () => void server.close(0) });
    await expect(call).rejects.toMatchObject({ code: 'UNPACKER_UNREACHABLE' });
  });
});

describe('a short call on an unpacker', () => {
  it('gives the status with numbers and times', async () => {
    const client = await connect({
      GetStatus: async () => ({
        version: '1.2.3',
        capabilities: ['directory'],
        lastUsedAt: '2026-11-22T15:00:00.000Z',
        streams: [
          {
            name: 'base/debian',
            state: 'SEALED',
            deviceId: 'vol-1',
            generation: 4,
            leaf: '1',
            manifestDigest: 'abc',
            lease: { publication: 'pub-1' },
          },
        ],
        devices: [
          { id: 'vol-1', sizeBytes: 2 ** 31, stream: 'base/debian', present: true, kmsKeys: ['alias/a'] },
        ],
      }),
    });
    expect(await client.status()).toEqual({
      version: '1.2.3',
      capabilities: ['directory'],
      lastUsedAt: new Date('2026-11-22T15:00:00.000Z'),
      streams: [
        {
          name: 'base/debian',
          state: 'SEALED',
          deviceId: 'vol-1',
          generation: 4,
          leaf: '1',
          manifestDigest: 'abc',
          leasedTo: 'pub-1',
        },
      ],
      devices: [
        { id: 'vol-1', sizeBytes: 2 ** 31, stream: 'base/debian', present: true, kmsKeys: ['alias/a'] },
      ],
    });
  });

  it('carries the lease and returns its epoch as a number', async () => {
    const client = await connect({
      AcquireLease: async ({ publication, holder }) => ({ publication, holder, epoch: 9 }),
    });
    expect(await client.acquireLease('base/debian', 'pub-1', 'me')).toEqual({ ...lease, epoch: 9 });
  });

  it('rejects with the code of the unpacker', async () => {
    const client = await connect({
      ConfirmCapture: async () => {
        throw new AmiPublisherError('CAPTURE_NOT_CONFIRMED', { message: 'generation 5 is not 4' });
      },
    });
    await expect(client.confirmCapture(4, lease)).rejects.toMatchObject({
      code: 'CAPTURE_NOT_CONFIRMED',
      call: 'unpacker:ConfirmCapture',
      message: 'generation 5 is not 4',
    });
  });
});

describe('a volume that is offered', () => {
  const first = { port: 6976, publicKeySha256: 'k', leaf: '1', manifestDigest: 'abc' };

  it('tells the ticket at once, how far its download is, and the digest in the end', async () => {
    const client = await connect({
      async *OfferRaw() {
        yield { ...first, ticket: 't', sizeBytes: 20 };
        yield { bytesDone: 10 };
        yield { bytesDone: 20, sha256: 'dd' };
      },
    });
    const told: unknown[] = [];
    const onProgress = (progress: StepProgress) => told.push(progress);
    expect(await client.offerRaw((offer) => told.push(offer), lease, { onProgress })).toBe('dd');
    expect(told).toEqual([
      { ...first, ticket: 't', sizeBytes: 20 },
      { phase: 'transfer', bytesDone: 0, bytesTotal: 20 },
      { phase: 'transfer', bytesDone: 10, bytesTotal: 20 },
    ]);
  });

  it('fails if it ends without a digest', async () => {
    const client = await connect({
      async *OfferRaw() {
        yield { ...first, ticket: 't', sizeBytes: 20 };
      },
    });
    await expect(client.offerRaw(() => {}, lease)).rejects.toMatchObject({
      code: 'UNPACKER_FAILED',
      message: expect.stringContaining('OfferRaw'),
    });
  });
});
