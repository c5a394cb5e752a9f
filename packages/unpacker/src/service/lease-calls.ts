import { AmiPublisherError } from '@ami-publisher/base';
import { acquireLease, defaultLeaseTtlMs, liveLease, releaseLease, renewLease } from '../leases.js';
import { checked, checkedClaim, checkedMs, parseStreamName } from '../names.js';
import type { StreamRecord } from '../state/model.js';
import type { Unpacker } from '../unpacker.js';
import { leaseMessage, type UnpackerCalls } from './messages.js';
import { isBusy } from './status-calls.js';

const leaseTtl = { low: 1_000, high: 600_000, otherwise: defaultLeaseTtlMs };
const drainTime = { low: 1_000, high: 24 * 60 * 60 * 1000, otherwise: 0 };

type LeaseCalls = Pick<UnpackerCalls, 'AcquireLease' | 'RenewLease' | 'ReleaseLease' | 'Drain'>;

export const leaseCalls = (unpacker: Unpacker): LeaseCalls => ({
  AcquireLease: async (request) => {
    const stream = parseStreamName(request.stream);
    const asked = {
      publication: checked('publication', request.publication),
      holder: checked('holder', request.holder),
      ttlMs: checkedMs('ttl_ms', request.ttlMs, leaseTtl),
    };
    const now = unpacker.clock.now();
    const record = await unpacker.store.commitStream(stream, (before) => {
      refuseWhileDraining(unpacker, before, asked.publication, now);
      return acquireLease(before, asked, now);
    });
    return message(record);
  },
  RenewLease: async ({ lease }) => {
    const claim = checkedClaim(lease);
    const now = unpacker.clock.now();
    return message(
      await unpacker.store.commitStream(claim.stream, (before) => renewLease(before, claim, now)),
    );
  },
  ReleaseLease: async ({ lease }) => {
    const claim = checkedClaim(lease);
    await unpacker.store.commitStream(claim.stream, (before) => releaseLease(before, claim));
    return {};
  },
  Drain: async ({ durationMs }) => {
    const now = unpacker.clock.now();
    const duration = checkedMs('duration_ms', durationMs, drainTime);
    unpacker.drainingUntil = duration === 0 ? 0 : now + duration;
    unpacker.notifier.notify();
    const streams = [...unpacker.store.current.streams.values()];
    return {
      drainingUntil: duration === 0 ? '' : new Date(unpacker.drainingUntil).toISOString(),
      busyStreams: streams.filter((stream) => isBusy(unpacker, stream)).map((stream) => stream.name),
    };
  },
});

const message = (record: StreamRecord) =>
  record.lease === undefined ? {} : leaseMessage(record.name, record.lease);

/** A publication that has its lease keeps it, also through a new holder: it must come to an end. */
const refuseWhileDraining = (
  unpacker: Unpacker,
  stream: StreamRecord,
  publication: string,
  now: number,
): void => {
  if (unpacker.notReady === '' || liveLease(stream, now)?.publication === publication) return;
  throw new AmiPublisherError('DRAINING', {
    message: `this unpacker takes no new work: ${unpacker.notReady}`,
    resource: stream.name,
    remedy:
      'wait until it has been restarted or replaced, or end the draining with Drain and a duration of 0',
  });
};
