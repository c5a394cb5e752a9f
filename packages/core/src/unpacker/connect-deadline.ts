import type { Instance } from '@aws-sdk/client-ec2';

const fromLaunchMs = 10 * 60_000;
const fromNowMs = 60_000;

/**
 * Until when the unpacker of a running instance may not answer yet, in milliseconds since the epoch: ten minutes after the launch, but at least a
 * minute from now, as the daemon may just be starting anew.
 */
export const connectDeadline = (instance: Instance, now: number, timeoutMs: number | undefined): number => {
  if (timeoutMs !== undefined) return now + timeoutMs;
  const launchedAt = Math.min(instance.LaunchTime?.getTime() ?? 0, now);
  return Math.max(launchedAt + fromLaunchMs, now + fromNowMs);
};
