import type { EndedEvent, LifecycleClient, LifecycleEvent, WriteAnswer } from '@ami-publisher/core';
import { exitCodes } from '../../exit-codes.js';
import { waitForEvents } from '../../lifecycle/wait.js';
import { outputOptionsOf, type TableView, writeResult } from '../../output/render.js';
import { withStatus } from '../../progress/status-line.js';

type Options = Readonly<Record<string, unknown>>;

/** What a command that changes a lifecycle prints: the server's answer, and how the last event ended that was waited for. */
interface ChangeAnswer extends WriteAnswer {
  readonly ended?: { readonly event: LifecycleEvent; readonly status: string; readonly message?: string };
}

const answerView: TableView<ChangeAnswer> = {
  head: ['LIFECYCLE', 'OWNER', 'DATE', 'ENDED', 'MESSAGE'],
  sentences: true,
  rows: ({ lifecycle_id, owner, creation_date, ended, skipped_events = [] }) => [
    [
      lifecycle_id,
      owner,
      creation_date,
      ended === undefined ? '-' : `${ended.event} ${ended.status}`,
      ended?.message ?? (skipped_events.length === 0 ? '' : `not run again: ${skipped_events.join(', ')}`),
    ],
  ],
};

/** Shows what the server has answered; with `--wait` after the events have ended. @returns the exit code */
export const showAnswer = async (
  client: LifecycleClient,
  answer: WriteAnswer,
  events: readonly LifecycleEvent[],
  options: Options,
): Promise<number> => {
  const lifecycleId = answer.lifecycle_id;
  const ended =
    options.wait === true
      ? await withStatus(options, `Waiting for lifecycle ${lifecycleId}`, () =>
          waitForEvents({ client, lifecycleId }, events),
        )
      : undefined;
  const result: ChangeAnswer = { ...answer, ...(ended !== undefined && { ended: endedOf(ended) }) };
  await writeResult(result, answerView, outputOptionsOf(options));
  return ended === undefined || ended.outcome.status === 'COMPLETED' ? exitCodes.success : exitCodes.failure;
};

const endedOf = ({ event, outcome }: EndedEvent): NonNullable<ChangeAnswer['ended']> => ({
  event,
  status: outcome.status,
  ...('message' in outcome && { message: outcome.message }),
});
