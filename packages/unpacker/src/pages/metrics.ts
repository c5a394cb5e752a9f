import type { DaemonMetrics } from '@ami-publisher/daemon';
import { liveLease } from '../leases.js';
import type { OperationRecord } from '../state/model.js';
import type { Unpacker } from '../unpacker.js';
import { unpackerStatus } from './status.js';

/** Counts what operations come to; to be told of each that ends. */
export const operationCounters = (metrics: DaemonMetrics): ((record: OperationRecord) => void) => {
  const ended = metrics.counter(
    'image_unpacker_operations_total',
    'Operations that have ended, by call and outcome.',
    ['call', 'state'],
  );
  const seconds = metrics.counter(
    'image_unpacker_operation_seconds_total',
    'How long ended operations took.',
    ['call'],
  );
  const fetched = metrics.counter(
    'image_unpacker_fetched_bytes_total',
    'Bytes of objects fetched by updates.',
    [],
  );
  const written = metrics.counter(
    'image_unpacker_written_bytes_total',
    'Bytes of files written by updates.',
    [],
  );
  const files = metrics.counter('image_unpacker_written_files_total', 'Files written by updates.', []);
  return ({ call, state, startedAt, finishedAt = startedAt, unpacked }) => {
    ended.inc({ call, state });
    seconds.inc({ call }, Math.max(0, Date.parse(finishedAt) - Date.parse(startedAt)) / 1000);
    fetched.inc(unpacked?.bytesFetched ?? 0);
    written.inc(unpacked?.bytesWritten ?? 0);
    files.inc(unpacked?.filesWritten ?? 0);
  };
};

/** Measures what an unpacker has and does at the time of the question. */
export const measureUnpacker = (metrics: DaemonMetrics, unpacker: Unpacker): void => {
  metrics.gauge('image_unpacker_streams', 'Streams by state.', 'state', () =>
    countBy(unpackerStatus(unpacker).streams.map(({ state }) => state)),
  );
  metrics.gauge('image_unpacker_devices', 'Devices: bound, free or missing.', 'state', () => ({
    ...{ bound: 0, free: 0, missing: 0 },
    ...countBy(
      unpackerStatus(unpacker).devices.map(({ present, stream }) =>
        present ? (stream === '' ? 'free' : 'bound') : 'missing',
      ),
    ),
  }));
  metrics.gauge('image_unpacker_operations_running', 'Operations that run or wait, by call.', 'call', () =>
    countBy(unpacker.operations.running.map(({ record }) => record.call)),
  );
  metrics.value('image_unpacker_leases', 'Live leases.', () => {
    const now = unpacker.clock.now();
    return [...unpacker.store.current.streams.values()].filter(
      (stream) => liveLease(stream, now) !== undefined,
    ).length;
  });
  metrics.value('image_unpacker_draining', '1 while no new work is taken.', () =>
    unpacker.notReady === '' ? 0 : 1,
  );
};

const countBy = (names: readonly string[]): Record<string, number> => {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return Object.fromEntries(counts);
};
