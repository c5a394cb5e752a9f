import type { AmiPublisherError } from '@ami-publisher/base';
import type { LeaseRefMessage, OperationMessage, UnpackerRpcClient } from '@ami-publisher/protocol';
import type {
  ExportedImage,
  LeaseRef,
  OperationOptions,
  RawEnd,
  UnpackerClient,
  UnpackerOperatorClient,
} from './unpacker-client.js';

/** Follows a long call to its end. */
export type FollowCall = (
  call: string,
  start: (signal: AbortSignal) => AsyncIterable<OperationMessage>,
  options?: OperationOptions,
) => Promise<OperationMessage>;

type OperatorCalls = Omit<
  UnpackerOperatorClient,
  Exclude<keyof UnpackerClient, 'removeDevice' | 'prepareForUnpack'>
>;

/** The calls that only operators make, over gRPC. */
export const operatorCalls = (
  rpc: UnpackerRpcClient,
  follow: FollowCall,
  noResult: (call: string) => AmiPublisherError,
): OperatorCalls => ({
  claimDevice: async (deviceId, { force }, call) => {
    await rpc.claimDevice({ deviceId, force }, call);
  },
  forgetStream: async (stream, authority, call) => {
    await rpc.forgetStream({ stream, ...authorityMessage(authority) }, call);
  },
  removeDevice: async (deviceId, authority, call) => {
    await rpc.removeDevice({ deviceId, ...authorityMessage(authority) }, call);
  },
  prepareForUnpack: async (operationId, lease, { full = false, ...call } = {}) => {
    const request = { operationId, lease: leaseMessage(lease), full };
    await follow('PrepareForUnpack', (signal) => rpc.prepareForUnpack(request, { signal }), call);
  },
  prepareForCopy: async (operationId, lease, call) => {
    const request = { operationId, lease: leaseMessage(lease) };
    await follow('PrepareForCopy', (signal) => rpc.prepareForCopy(request, { signal }), call);
  },
  exportImage: async (operationId, { format, destination }, lease, call): Promise<ExportedImage> => {
    const request = { operationId, lease: leaseMessage(lease), format, destination };
    const { exported } = await follow('ExportImage', (signal) => rpc.exportImage(request, { signal }), call);
    if (exported == null) throw noResult('ExportImage');
    return { ...exported, bytes: Number(exported.bytes), generation: Number(exported.generation) };
  },
  getRaw: async ({ offset = 0, length = 0 }, take, lease, call) => {
    let end: RawEnd | undefined;
    for await (const chunk of rpc.getRaw({ lease: leaseMessage(lease), offset, length }, call)) {
      const at = Number(chunk.offset);
      if (chunk.sha512 === '') await take({ offset: at, data: chunk.data });
      else end = { offset: at, sha512: chunk.sha512 };
    }
    if (end === undefined) throw noResult('GetRaw');
    return end;
  },
  cancelOperation: async (operationId, lease, call) => {
    await rpc.cancelOperation({ operationId, lease: leaseMessage(lease) }, call);
  },
});

const authorityMessage = (
  authority: LeaseRef | 'force' | 'free',
): { readonly lease?: LeaseRefMessage; readonly force?: true } => {
  if (authority === 'free') return {};
  return authority === 'force' ? { force: true } : { lease: leaseMessage(authority) };
};

/** A lease as calls name it. */
export const leaseMessage = (lease: LeaseRef): LeaseRefMessage => ({ ...lease, epoch: String(lease.epoch) });
