import type { OperationInput } from '@ami-publisher/protocol';
import { cancelledBecause } from '../cancelled.js';
import { checked, checkedClaim, parseLeafName } from '../names.js';
import type { OperationRequest } from '../operations/operation-table.js';
import { RunningOperation } from '../operations/running-operation.js';
import { isSealedAt, prepareForCapture } from '../tasks/capture.js';
import { exportImage } from '../tasks/export.js';
import { isScanned, prepareForUnpack } from '../tasks/prepare.js';
import { prepareForCopy } from '../tasks/raw-volume.js';
import { holdsImage, unpackImage } from '../tasks/unpack.js';
import type { Unpacker } from '../unpacker.js';
import { operationMessage, type UnpackerCalls } from './messages.js';
import { otherStream } from './stream-calls.js';

type OperationCalls = Pick<
  UnpackerCalls,
  | 'PrepareForUnpack'
  | 'UnpackImage'
  | 'PrepareForCapture'
  | 'PrepareForCopy'
  | 'ExportImage'
  | 'GetOperation'
  | 'CancelOperation'
>;

export const operationCalls = (unpacker: Unpacker): OperationCalls => ({
  PrepareForUnpack: (request, { signal }) => {
    const claim = checkedClaim(request.lease);
    return follow(unpacker, signal, {
      id: checked('operationId', request.operationId),
      stream: claim.stream,
      lease: claim,
      call: 'PrepareForUnpack',
      request: request.full ? 'full' : '',
      stillHolds: () => isScanned(unpacker, claim.stream),
      run: prepareForUnpack(unpacker, claim.stream, request.full),
    });
  },
  UnpackImage: (request, { signal }) => {
    const claim = checkedClaim(request.lease);
    const leaf = parseLeafName(request.leaf);
    const manifestDigest = checked('manifestDigest', request.manifestDigest);
    const wanted = { stream: claim.stream, leaf, manifestDigest };
    return follow(unpacker, signal, {
      id: checked('operationId', request.operationId),
      stream: claim.stream,
      lease: claim,
      call: 'UnpackImage',
      request: `${leaf} ${manifestDigest}`,
      stillHolds: () => holdsImage(unpacker, wanted),
      run: unpackImage(unpacker, wanted),
    });
  },
  PrepareForCapture: (request, { signal }) => {
    const claim = checkedClaim(request.lease);
    return follow(unpacker, signal, {
      id: checked('operationId', request.operationId),
      stream: claim.stream,
      lease: claim,
      call: 'PrepareForCapture',
      request: '',
      stillHolds: ({ captured }) => isSealedAt(unpacker, claim.stream, captured?.generation),
      run: prepareForCapture(unpacker, claim.stream),
    });
  },
  PrepareForCopy: (request, { signal }) => {
    const claim = checkedClaim(request.lease);
    return follow(unpacker, signal, {
      id: checked('operationId', request.operationId),
      stream: claim.stream,
      lease: claim,
      call: 'PrepareForCopy',
      request: '',
      // Anything may have opened the volume since.
      stillHolds: () => false,
      run: prepareForCopy(unpacker, claim.stream),
    });
  },
  ExportImage: (request, { signal }) => {
    const claim = checkedClaim(request.lease);
    const wanted = unpacker.exporter.check(request.format, request.destination);
    return follow(unpacker, signal, {
      id: checked('operationId', request.operationId),
      stream: claim.stream,
      lease: claim,
      call: 'ExportImage',
      request: `${wanted.format} ${unpacker.exporter.nameOf(wanted.destination)}`,
      // What became of the file is no longer our affair.
      stillHolds: () => true,
      run: exportImage(unpacker, claim.stream, wanted),
    });
  },
  GetOperation: async (request) => {
    const { stream, record } = unpacker.operations.get(checked('operationId', request.operationId));
    return operationMessage(stream, record);
  },
  CancelOperation: async (request, { caller }) => {
    const id = checked('operationId', request.operationId);
    const { stream } = unpacker.operations.get(id);
    if (!request.force) {
      const claim = checkedClaim(request.lease);
      if (claim.stream !== stream) throw otherStream(claim.stream, stream);
      unpacker.checkLease(claim);
    }
    await unpacker.operations.cancel(id, cancelledBecause(`cancelled by ${caller.commonName}`));
    return operationMessage(stream, unpacker.operations.get(id).record);
  },
});

/** Begins or joins an operation and sends its progress. A caller that goes away only stops listening. */
async function* follow(
  unpacker: Unpacker,
  signal: AbortSignal,
  request: OperationRequest,
): AsyncGenerator<OperationInput, void> {
  const operation = unpacker.operations.start(request);
  if (!(operation instanceof RunningOperation)) {
    yield operationMessage(request.stream, operation);
    return;
  }
  for await (const record of operation.follow(unpacker.clock, signal)) {
    yield operationMessage(request.stream, record);
  }
}
