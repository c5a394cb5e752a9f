import type { RollbackReport } from '@ami-publisher/core';
import { TargetGroups } from '../run/target-groups.js';
import { code, escapeMarkdown, paragraphs, table } from '../runner/markdown.js';
import type { ActionCommand, Outcome } from './command.js';

/** `rollback` */
export const rollback: ActionCommand = async ({ inputs, services, signal, log }) => {
  const { publisher, resolveTargets } = await services();
  const groups = new TargetGroups(log);
  const report = await publisher.rollbackByTags(
    inputs.needed('publication-id'),
    await resolveTargets(signal),
    {
      dryRun: inputs.flag('dry-run'),
      force: inputs.flag('force'),
      signal,
      onEvent: (event) => groups.show(event),
    },
  );
  groups.end();
  return rollbackOutcome(report);
};

/** What a step answers with when something was rolled back. */
export const rollbackOutcome = (report: RollbackReport): Outcome => {
  const failed = report.targets.filter(({ status }) => status === 'failed');
  return {
    ok: report.ok,
    outputs: {
      results: report,
      'failed-targets': failed.map(({ account, region }) => `${account},${region}`),
      'publication-id': report.publicationId,
    },
    summary: reportSummary(report),
    annotations: failed.map(({ account, region, errors }) => ({
      level: 'error',
      title: `${account},${region}: not rolled back`,
      message: errors.join('; '),
    })),
  };
};

const reportSummary = ({ publicationId, targets }: RollbackReport): string => {
  const found = targets.filter(({ status }) => status !== 'nothing');
  return paragraphs(
    `### Rollback of ${code(publicationId)}`,
    found.length === 0
      ? 'Nothing of it was found.'
      : table(
          ['Target', 'Status', 'Undone', 'Errors'],
          found.map(({ account, region, status, undone, errors }) =>
            [`${account},${region}`, status, undone.join(', '), errors.join('; ')].map(escapeMarkdown),
          ),
        ),
  );
};
