import { AmiPublisherError } from '@ami-publisher/base';
import type { Refusal } from './call-gate.js';

/** How an unpacker, or the network before it, says no. */
export const refusalOfUnpacker = ({ kind }: Refusal, call: string, address: string): AmiPublisherError =>
  kind === 'deny'
    ? new AmiPublisherError('ROLE_REFUSED', {
        message: `${call} at ${address}: the client's role does not allow the call`,
        call,
        resource: address,
      })
    : unpackerUnreachable(call, address, kind);

/** @param why what happened to the connection */
export const unpackerUnreachable = (
  call: string,
  address: string,
  why: string,
  cause?: unknown,
): AmiPublisherError =>
  new AmiPublisherError('UNPACKER_UNREACHABLE', {
    message: `${call}: no answer from ${address}: ${why}`,
    call,
    resource: address,
    cause,
    remedy: 'check that the daemon runs there and that the network lets you through',
  });
