import { AmiPublisherError } from '@ami-publisher/base';
import type { Cloud } from '../../cloud/cloud.js';
import type { EventBody } from '../../steps/events.js';
import { formatTarget, type Target } from '../../target/target.js';
import type { UnpackerFleet } from '../../unpacker/fleet.js';

/** A lease lives 60 s; five more for the calls. */
const leaseIsOverMs = 65_000;
const lookAgainMs = 5_000;
/** Whoever let a lease of 60 s run out that is renewed every 20 s has been silent for 40 s; AWS may need 60 s to show what was asked for last. */
const settlesAfterLeaseMs = 20_000;

export interface RunningCheck {
  readonly cloud: Cloud;
  readonly fleet: UnpackerFleet;
  readonly publicationId: string;
  readonly signal: AbortSignal;
  readonly emit: (event: EventBody) => void;
}

/**
 * Waits until the lease of a publication's process has run out. A dead one's does within a minute, a live one's never. An unpacker that does
 * not run, or does not answer, tells nothing: what it holds is asked for again when a volume is taken from it.
 *
 * @returns when AWS shows all that it may have asked for last; ms since the Unix epoch, 0 if no lease was live.
 * @throws `LEASE_HELD` if the publication is still running.
 */
export const awaitLeaseOver = async (check: RunningCheck, target: Target): Promise<number> => {
  const { clock } = check.cloud;
  const startedAt = clock.now();
  let settledAt = 0;
  while (await isLeased(check, target)) {
    if (clock.now() - startedAt >= leaseIsOverMs) throw stillRunning(check.publicationId, target);
    if (settledAt === 0) check.emit({ code: 'PUB1003', message: waitingFor(target) });
    await clock.sleep(lookAgainMs, check.signal);
    settledAt = clock.now() + settlesAfterLeaseMs;
  }
  return settledAt;
};

const waitingFor = (target: Target): string =>
  `${formatTarget(target)}: the lease of the publication is live; within a minute it runs out, or shows that it still runs`;

const isLeased = async ({ fleet, publicationId, signal }: RunningCheck, target: Target): Promise<boolean> => {
  const [answer] = await fleet.list([target], { signal });
  if (answer === undefined || 'error' in answer) return false;
  return answer.value.some(({ status }) =>
    status?.streams.some(({ leasedTo }) => leasedTo === publicationId),
  );
};

const stillRunning = (publicationId: string, target: Target): AmiPublisherError =>
  new AmiPublisherError('LEASE_HELD', {
    message: `${publicationId} is still running: its lease has been renewed for over a minute`,
    target: formatTarget(target),
    resource: publicationId,
    remedy: 'stop it where it runs, or roll it back all the same with --force, which makes it fail',
  });
