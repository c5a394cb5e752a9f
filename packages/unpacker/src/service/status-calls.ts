import { snapshots } from '@ami-publisher/daemon';
import { liveLease } from '../leases.js';
import type { StreamRecord } from '../state/model.js';
import type { Unpacker } from '../unpacker.js';
import { version } from '../version.js';
import { type Answer, deviceMessage, streamMessage, type UnpackerCalls } from './messages.js';

const minGapMs = 500;

/** Calls that only look. They work on snapshots and wait for nothing. */
export const statusCalls = (
  unpacker: Unpacker,
  shutDown: AbortSignal,
): Pick<UnpackerCalls, 'GetStatus' | 'WatchStatus'> => ({
  GetStatus: async () => status(unpacker),
  WatchStatus: (_request, { signal }) =>
    snapshots({
      notifier: unpacker.notifier,
      take: () => status(unpacker),
      hasEnded: () => shutDown.aborted,
      minGapMs,
      clock: unpacker.clock,
      signal: AbortSignal.any([signal, shutDown]),
    }),
});

/** Whether a publication works on a stream, or may at any moment. */
export const isBusy = (unpacker: Unpacker, stream: StreamRecord): boolean =>
  liveLease(stream, unpacker.clock.now()) !== undefined ||
  unpacker.transferring.has(stream.name) ||
  unpacker.operations.runningOn(stream.name).length > 0;

const status = (unpacker: Unpacker): Answer<'GetStatus'> => {
  const { streams, devices } = unpacker.store.current;
  const now = unpacker.clock.now();
  const busy = [...streams.values()].some((stream) => isBusy(unpacker, stream));
  return {
    version,
    capabilities: [...unpacker.capabilities],
    streams: [...streams.values()].map((stream) => streamMessage(unpacker, stream)),
    devices: [...devices.keys()].map((id) => deviceMessage(unpacker, id)),
    lastUsedAt: instant(busy ? now : unpacker.lastUsedAt),
    startedAt: instant(unpacker.startedAt),
    drainingUntil: unpacker.drainingUntil > now ? instant(unpacker.drainingUntil) : '',
  };
};

const instant = (ms: number): string => new Date(ms).toISOString();
