import { AmiPublisherError } from '@ami-publisher/base';
import { cancelledBecause } from '../cancelled.js';
import { checkedClaim, parseStreamName } from '../names.js';
import { withoutStream } from '../state/model.js';
import { streamOf } from '../state/state-store.js';
import { confirmCapture, notConfirmed } from '../tasks/capture.js';
import type { Unpacker } from '../unpacker.js';
import { streamMessage, type UnpackerCalls } from './messages.js';

type StreamCalls = Pick<UnpackerCalls, 'CreateStream' | 'ForgetStream' | 'ConfirmCapture'>;

export const streamCalls = (unpacker: Unpacker): StreamCalls => ({
  CreateStream: async (request) => {
    const record = await unpacker.store.createStream(parseStreamName(request.stream));
    return streamMessage(unpacker, record);
  },
  ForgetStream: async (request, { signal }) => {
    const stream = parseStreamName(request.stream);
    streamOf(unpacker.store.current, stream);
    if (request.force) {
      await unpacker.operations.cancelOn(stream, cancelledBecause(`stream ${stream} is being forgotten`));
      await unpacker.queues.run(stream, () => forget(unpacker, stream, true), signal);
    } else {
      const claim = checkedClaim(request.lease);
      if (claim.stream !== stream) throw otherStream(claim.stream, stream);
      await unpacker.underLease(claim, signal, () => forget(unpacker, stream, false));
    }
    return {};
  },
  ConfirmCapture: async (request, { signal }) => {
    const claim = checkedClaim(request.lease);
    const generation = Number(request.generation);
    const [running] = unpacker.operations.runningOn(claim.stream);
    unpacker.checkLease(claim);
    if (running !== undefined)
      throw notConfirmed(claim.stream, generation, `${running.record.call} is running`);
    const label = await unpacker.underLease(claim, signal, () =>
      confirmCapture(unpacker, claim.stream, generation, signal),
    );
    return { manifestDigest: label.manifestDigest };
  },
});

/** Wipes the volume, then drops the stream: cut short in between, the stream has a blank volume and can be forgotten again. */
const forget = async (unpacker: Unpacker, stream: string, force: boolean): Promise<void> => {
  const { deviceId } = streamOf(unpacker.store.current, stream);
  const view =
    deviceId === undefined ? undefined : await unpacker.devices.locate(deviceId).catch(allowIf(force));
  if (view !== undefined) {
    await unpacker.driver.forget(view.device);
    await unpacker.devices.inspect(view.device, 'unknown');
  }
  await unpacker.store.commit((state) => ({ state: withoutStream(state, stream), result: undefined }));
  unpacker.queues.close(stream);
};

/** A volume that is gone cannot be wiped; with force that is no reason to keep its stream. */
const allowIf =
  (force: boolean) =>
  (error: unknown): undefined => {
    if (!force) throw error;
  };

/** The error of a lease on a stream other than the one that the call is about. */
export const otherStream = (leased: string, wanted: string): AmiPublisherError =>
  new AmiPublisherError('INVALID_OPTION', {
    message: `expected \`lease\` to be one on stream ${wanted}, got one on ${leased}`,
    resource: wanted,
    remedy: 'acquire the lease on that stream, or use force',
  });
