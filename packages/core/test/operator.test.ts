import { createHash } from 'node:crypto';
import {
  type RunningServer,
  startServer,
  type UnpackerHandlers,
  unpackerService,
} from '@ami-publisher/protocol';
import { afterEach, describe, expect, it } from 'vitest';
import { type RawBytes, UnpackerOperator } from '../src/index.js';

const stream = 'base/debian';
const open: { close(): unknown }[] = [];
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});

/** An unpacker that notes what it is asked, and leases anything. */
const connect = async (handlers: UnpackerHandlers, signal?: AbortSignal) => {
  const calls: string[] = [];
  const noted = Object.fromEntries(
    Object.entries({
      AcquireLease: async () => ({ epoch: 1 }),
      ReleaseLease: async () => ({}),
      CancelOperation: async () => ({}),
      ...handlers,
    }).map(([name, handler]) => [
      name,
      (request: object, context: never) => {
        calls.push(`${name} ${'operationId' in request ? request.operationId : ''}`.trim());
        return (handler as (request: object, context: never) => unknown)(request, context);
      },
    ]),
  ) as UnpackerHandlers;
  const server: RunningServer = await startServer({
    services: [unpackerService(noted)],
    ...{ host: '127.0.0.1', port: 0 },
  });
  const operator = UnpackerOperator.at({ address: server.address }, { operator: 'me@here', signal });
  open.push({ close: () => server.close(100) }, operator);
  return { operator, calls };
};

describe('an operator', () => {
  it('takes the lease for one call, and gives it back when the call fails', async () => {
    const { operator, calls } = await connect({
      // biome-ignore lint/correctness/useYield: it ends before the first message
      async *PrepareForCapture() {
        throw new Error('broken');
      },
    });
    await expect(operator.capture(stream)).rejects.toThrow('broken');
    expect(calls).toEqual([
      'AcquireLease',
      expect.stringMatching(/^PrepareForCapture operator\/me@here\/[0-9a-f]{8}\/capture$/),
      'ReleaseLease',
    ]);
  });

  it('who leaves has what was begun cancelled', async () => {
    const leaving = new AbortController();
    const { operator, calls } = await connect(
      {
        async *ExportImage({ operationId }, { signal }) {
          yield { id: operationId, state: 'RUNNING' };
          leaving.abort(new Error('left'));
          await new Promise((_resolve, reject) => {
            signal.addEventListener('abort', () => reject(signal.reason));
          });
        },
      },
      leaving.signal,
    );
    const request = { format: 'raw', destination: '1.raw' };
    await expect(operator.exportImage(stream, request)).rejects.toThrow('left');
    const [, exported = '', ...rest] = calls;
    expect(rest).toEqual([exported.replace('ExportImage', 'CancelOperation'), 'ReleaseLease']);
  });

  it('gets the bytes of a range, and refuses those that do not have its digest', async () => {
    const whole = Buffer.concat([Buffer.alloc(3), Buffer.from('data'), Buffer.alloc(2_000_000)]);
    const sha512 = createHash('sha512').update(whole).digest('hex');
    let sent = Buffer.from('data');
    const { operator } = await connect({
      async *GetRaw({ offset }) {
        yield { offset: Number(offset) + 3, data: sent };
        yield { offset: Number(offset) + whole.length, sha512 };
      },
    });
    const taken: RawBytes[] = [];
    const take = async (bytes: RawBytes) => {
      taken.push(bytes);
    };
    const end = await operator.getRaw(stream, { offset: 100 }, take);
    expect(end).toEqual({ offset: 100 + whole.length, sha512 });
    expect(taken).toEqual([{ offset: 103, data: sent }]);
    sent = Buffer.from('dada');
    await expect(operator.getRaw(stream, {}, take)).rejects.toMatchObject({
      code: 'UNPACKER_FAILED',
      message: expect.stringContaining('arrived with digest'),
    });
  });

  it('needs no lease for a volume that no stream has', async () => {
    const asked: unknown[] = [];
    const { operator, calls } = await connect({
      GetStatus: async () => ({ devices: [{ id: 'vol-1' }, { id: 'vol-2', stream }] }),
      RemoveDevice: async ({ lease, force }) => {
        asked.push([lease?.stream, force]);
        return {};
      },
    });
    await operator.removeDevice('vol-1');
    await operator.removeDevice('vol-2');
    await operator.removeDevice('vol-2', { force: true });
    expect(asked).toEqual([
      [undefined, false],
      [stream, false],
      [undefined, true],
    ]);
    expect(calls.filter((call) => call === 'AcquireLease')).toHaveLength(1);
  });
});
