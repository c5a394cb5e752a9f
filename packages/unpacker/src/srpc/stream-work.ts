import { randomUUID } from 'node:crypto';
import type { CallContext, LeaseRefMessage } from '@ami-publisher/protocol';
import type { ServerCall } from '@ami-publisher/srpc';
import type { UnpackerCalls } from '../service/messages.js';
import { StreamQueues } from '../streams/stream-queues.js';

/** SRPC has no leases: each of its calls takes one for as long as it runs. */
const publication = 'srpc';
const leaseTtlMs = 600_000;

/** Work on streams for callers that know of no leases and no operations. */
export class StreamWork {
  readonly #queues = new StreamQueues();

  constructor(readonly calls: UnpackerCalls) {}

  /**
   * Does something under a lease on the stream. Calls over SRPC wait for each other, as they do in the Go daemon.
   *
   * @throws `LEASE_HELD` while a publication over gRPC has the stream.
   */
  underLease<T>(
    stream: string,
    call: ServerCall,
    work: (lease: LeaseRefMessage, context: CallContext) => Promise<T>,
  ): Promise<T> {
    const context = contextOf(call);
    return this.#queues.run(
      stream,
      async () => {
        const holder = `srpc/${encodeURIComponent(call.caller.userName)}`.slice(0, 300);
        const request = { stream, publication, holder, ttlMs: leaseTtlMs };
        const { epoch = '0' } = await this.calls.AcquireLease(request, context);
        const lease = { stream, publication, epoch: String(epoch) };
        try {
          return await work(lease, context);
        } finally {
          // It runs out by itself; with its stream it is gone already.
          await this.calls.ReleaseLease({ lease }, context).catch(() => {});
        }
      },
      call.signal,
    );
  }

  /**
   * Runs a long call, to its end or, as callers may ask, only until it has begun.
   *
   * @param start begins it under the given operation id; unless it says otherwise, what was scanned and has not changed is not scanned again
   */
  operate(
    stream: string,
    call: ServerCall,
    start: (
      common: {
        readonly operationId: string;
        readonly lease: LeaseRefMessage;
        readonly full: false;
      },
      context: CallContext,
    ) => AsyncIterable<unknown>,
    { doNotWait = false }: { readonly doNotWait?: boolean } = {},
  ): Promise<void> {
    return this.underLease(stream, call, async (lease, context) => {
      const operationId = `srpc/${randomUUID()}`;
      for await (const _progress of start({ operationId, lease, full: false }, context))
        if (doNotWait) return;
    });
  }
}

/** The certificate has granted the call; the roles of our own certificates are for gRPC. */
export const contextOf = ({ caller, signal }: ServerCall): CallContext => ({
  caller: { commonName: caller.userName, role: 'operator' },
  signal,
});
