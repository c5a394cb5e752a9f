import { AmiPublisherError, isAmiPublisherError } from '@ami-publisher/base';
import { type ExportedImage, formatTarget } from '@ami-publisher/core';
import { askUntil } from '../../aws/retried.js';
import type { PublishedRelease } from '../published-release.js';
import type { ExecutorServices } from '../services.js';
import type { ExportPlace } from './export-place.js';

const everyMs = 15_000;
const timeoutMs = 60 * 60_000;
/** Somebody else works on the stream, or on the unpacker. */
const passing: ReadonlySet<string> = new Set(['DRAINING', 'LEASE_HELD', 'LEASE_LOST']);

/**
 * Has the unpacker of the target write a release as one disk: its volume is made to hold the release, which costs little if it does already. A
 * publication that is under way is waited for.
 *
 * @param key of the object
 * @throws `TIMED_OUT`, and what the unpacker does, such as `RAW_UNAVAILABLE` and `EXPORT_FAILED`
 */
export const exportByUnpacker = async (
  { fleet, clock }: ExecutorServices,
  { target, settings, ami }: ExportPlace,
  release: PublishedRelease,
  key: string,
  signal: AbortSignal,
): Promise<ExportedImage> => {
  const { stream, manifestDigest } = release;
  const request = { format: 'vmdk', destination: `s3://${settings.bucket}/${key}` };
  const tooLong = () =>
    new AmiPublisherError('TIMED_OUT', {
      message: `the unpacker in ${formatTarget(target)} had no room for the export of ${ami.image} within ${timeoutMs / 60_000} minutes`,
      resource: ami.image,
    });
  return askUntil({ clock, signal, everyMs, timeoutMs, tooLong }, async () => {
    const [answer] = await fleet.operate(
      [target],
      { operator: 'ami-orchestrator', stream, signal },
      async (operator) => {
        await operator.unpack(stream, release);
        return operator.exportImage(stream, request);
      },
    );
    if (answer === undefined || 'error' in answer) return waitFor(answer?.error);
    // A publication may have come between the two; what it had written goes when the release is written anew.
    return answer.value.manifestDigest === manifestDigest ? answer.value : undefined;
  });
};

const waitFor = (reason: unknown): undefined => {
  if (isAmiPublisherError(reason) && passing.has(reason.code)) return undefined;
  throw reason;
};
