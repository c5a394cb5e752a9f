import { withoutPlace } from '@ami-publisher/base';
import {
  Amis,
  type ChangeOptions,
  type OperationResults,
  type OperationTargetResult,
  parseResultsFile,
} from '@ami-publisher/core';
import { TargetGroups } from '../run/target-groups.js';
import { code, escapeMarkdown, paragraphs, table } from '../runner/markdown.js';
import type { Annotation } from '../runner/workflow-log.js';
import type { ActionCommand, Job, Outcome } from './command.js';

/** `expire` */
export const expire: ActionCommand = async (job) => {
  const { operations, resolveTargets } = await job.services();
  const targets = await resolveTargets(job.signal);
  return follow(job, (how) => new Amis(operations).expire(targets, how));
};

/** `set-exclusive-tags` */
export const setExclusiveTags: ActionCommand = async (job) => {
  const { inputs } = job;
  const { resources, leftOut } = parseResultsFile(inputs.needed('results'), 'the input `results`');
  for (const sentence of leftOut) job.log.line(`note: ${sentence}`);
  const tag = { key: inputs.needed('tag-key'), value: inputs.needed('tag-value') };
  const removeName = inputs.flag('remove-name');
  const { operations } = await job.services();
  return follow(job, (how) => new Amis(operations).setExclusiveTag(resources, tag, { removeName, ...how }));
};

const follow = async (
  { inputs, log, signal }: Job,
  run: (how: ChangeOptions) => Promise<OperationResults>,
): Promise<Outcome> => {
  const groups = new TargetGroups(log);
  const results = await run({
    dryRun: inputs.flag('dry-run'),
    signal,
    onEvent: (event) => groups.show(event),
  });
  groups.end();
  for (const notice of results.notices) log.line(`note: ${notice}`);
  return operationOutcome(results);
};

/** What a step answers with when an operation has ended. */
export const operationOutcome = (results: OperationResults): Outcome => ({
  ok: results.ok,
  outputs: {
    results,
    'failed-targets': results.targets.filter(isBad).map(({ account, region }) => `${account},${region}`),
  },
  summary: operationSummary(results),
  annotations: results.targets.flatMap(annotationsOf),
});

const isBad = ({ status }: { readonly status: string }): boolean =>
  status === 'failed' || status === 'cancelled';

const annotationsOf = (target: OperationTargetResult): Annotation[] => {
  const place = `${target.account},${target.region}`;
  const level = target.bestEffort ? 'warning' : 'error';
  if (target.message !== undefined)
    return [{ level, title: place, message: withoutPlace(target.message, place) }];
  return target.changes.filter(isBad).map(({ text, status, message }) => ({
    level,
    title: `${place}: ${status}`,
    message: `${text}${message === undefined ? '' : `: ${withoutPlace(message, place)}`}`,
  }));
};

const operationSummary = ({ command, operationId, dryRun, targets, notices }: OperationResults): string => {
  const rows = targets.flatMap(({ account, region, status, message, changes }) => {
    const place = `${account},${region}`;
    if (message !== undefined) return [[place, status, withoutPlace(message, place)]];
    return changes.map((change) => [
      ...[place, change.status],
      [change.text, ...(change.message === undefined ? [] : [withoutPlace(change.message, place)])].join(
        ': ',
      ),
    ]);
  });
  return paragraphs(
    `### ${escapeMarkdown(command)}${dryRun ? ' (dry run)' : ''}`,
    rows.length === 0
      ? 'There was nothing to do.'
      : paragraphs(
          `Operation ${code(operationId)}`,
          table(
            ['Target', 'Status', 'What'],
            rows.map((row) => row.map(escapeMarkdown)),
          ),
        ),
    ...notices.map((notice) => `Note: ${escapeMarkdown(notice)}`),
  );
};
