import { counted } from '@ami-publisher/base';
import type { TargetAnswer } from '../target/for-each-target.js';
import { formatTarget } from '../target/target.js';
import type { UnpackerListing } from '../unpacker/fleet.js';
import { noUnpacker } from '../unpacker/instances.js';
import { type Finding, failure, ok, warning } from './finding.js';

/** What became of asking every unpacker of every target. */
export const examineUnpackers = (
  answers: readonly TargetAnswer<readonly UnpackerListing[]>[],
  instanceName: string,
): readonly Finding[] =>
  answers.flatMap((answer) => {
    const target = formatTarget(answer.target);
    const site = { check: 'unpackers', subject: target } as const;
    if ('error' in answer) return [failure(site, answer.error)];
    if (answer.value.length === 0) return [failure(site, noUnpacker(instanceName, target))];
    return answer.value.map((listing) => examine(target, listing));
  });

const examine = (target: string, { instanceId, state, status, error }: UnpackerListing): Finding => {
  const site = { check: 'unpackers', subject: target } as const;
  if (error !== undefined) return failure(site, error);
  if (status !== undefined) {
    const streams = counted(status.streams.length, 'stream');
    return ok(site, `${instanceId} answers: version ${status.version}, ${streams}`);
  }
  return warning(
    site,
    `${instanceId} is ${state}, so that it was not asked; a publication starts it`,
    'have `ami-publisher prepare-unpackers` start it, and look again',
  );
};
