import { AmiPublisherError, isAmiPublisherError } from '@ami-publisher/base';
import type { Instance } from '@aws-sdk/client-ec2';
import type { ChangeContext } from '../operations/command.js';
import { idOf } from '../unpacker/instances.js';
import type { StreamState, UnpackerStatus } from '../unpacker/unpacker-client.js';

/** Long enough for an instance to stop; it ends by itself, should nobody be there to end it. */
const drainMs = 10 * 60_000;

const statesAtWork: ReadonlySet<StreamState> = new Set([
  'SCANNING',
  'FETCHING',
  'UPDATING',
  'SEALING',
  'EXPORTING',
  'TRANSFERRING',
]);

/** What an unpacker works on, for people; empty if nothing. */
export const workOf = ({ streams }: UnpackerStatus): string =>
  streams
    .filter(({ leasedTo, state }) => leasedTo !== undefined || statesAtWork.has(state))
    .map(({ name, leasedTo }) => (leasedTo === undefined ? name : `${name} for ${leasedTo}`))
    .join(', ');

/** Whether an error means that no unpacker answers at an instance. */
export const isUnanswered = (reason: unknown): reason is AmiPublisherError =>
  isAmiPublisherError(reason) &&
  ['UNPACKER_UNREACHABLE', 'UNPACKER_ADDRESS_MISSING', 'TIMED_OUT'].includes(reason.code);

export interface DrainOptions {
  /** Whether the work is done even where no unpacker answers, as at an instance that is none. @default false */
  readonly evenUnanswered?: boolean;
}

/**
 * Does something to an instance whose unpacker takes no new work meanwhile; if it fails, the unpacker takes work again. As it names the streams
 * that it works on after it has begun to refuse others, no publication can begin unseen.
 *
 * @throws `UNPACKER_BUSY` if it works for a publication; what its client throws if it does not answer.
 */
export const whileDrained = async <T>(
  context: ChangeContext,
  instance: Instance,
  work: () => Promise<T>,
  { evenUnanswered = false }: DrainOptions = {},
): Promise<T> => {
  const { services, target, signal } = context;
  const client = services.fleet().client(target, instance);
  try {
    const busy = await client.drain(drainMs, { signal }).catch((reason: unknown) => {
      if (evenUnanswered && isUnanswered(reason)) return [];
      throw reason;
    });
    try {
      if (busy.length > 0) throw unpackerBusy(idOf(instance), busy.join(', '));
      return await work();
    } catch (reason) {
      await client.drain(0).catch((error: unknown) => {
        context.logger.warn('an unpacker stays drained for a while', { instance: idOf(instance), error });
      });
      throw reason;
    }
  } finally {
    client.close();
  }
};

const unpackerBusy = (instanceId: string, streams: string): AmiPublisherError =>
  new AmiPublisherError('UNPACKER_BUSY', {
    message: `${instanceId} works on ${streams}`,
    call: 'unpacker:Drain',
    resource: instanceId,
    remedy: 'wait until its publication has ended; `list-unpackers` shows it',
  });
