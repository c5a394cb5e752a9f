import { AmiPublisherError, counted, formatDuration, withoutPlace } from '@ami-publisher/base';
import {
  formatTarget,
  type PublicationPlan,
  type PublicationResults,
  parsePublishOptions,
  readConfiguration,
  type TargetResult,
} from '@ami-publisher/core';
import { TargetGroups } from '../run/target-groups.js';
import { code, details, escapeMarkdown, paragraphs, table } from '../runner/markdown.js';
import type { Annotation } from '../runner/workflow-log.js';
import type { ActionCommand, Job, Outcome } from './command.js';
import { rollbackCommand } from './way-out.js';

/** `publish` */
export const publish: ActionCommand = async (job) => {
  await checkOnCancel(job);
  const plan = await makePlan(job);
  const { publisher } = await job.services();
  const targets = plan.targets.map(({ target }) => formatTarget(target)).join(';');
  // Before the first request that changes anything: whatever becomes of this process, the post step knows.
  job.files.saveState('publication', plan.publicationId);
  job.files.saveState('targets', targets);
  const publication = publisher.start(plan, { signal: job.signal });
  const groups = new TargetGroups(job.log);
  for await (const event of publication.events) groups.show(event);
  groups.end();
  const results = await publication.results;
  if (!results.targets.some(({ status }) => status === 'cancelled')) job.files.saveState('ended', 'true');
  return outcomeOf(results, rollbackOf(job, results, targets));
};

/** `plan` */
export const plan: ActionCommand = async (job) => {
  const made = await makePlan(job);
  const failed = made.failures.filter(({ bestEffort }) => !bestEffort);
  return {
    ok: failed.length === 0,
    outputs: {
      results: made,
      'ami-ids': amiIds(
        made.skipped.map(({ target, imageId }) => ({ ...target, imageId: imageId ?? undefined })),
      ),
      'failed-targets': made.failures.map(({ account, region }) => `${account},${region}`),
    },
    summary: planSummary(made),
    annotations: made.failures.map((failure) => annotationOf(failure, 'cannot be planned for')),
  };
};

/** @throws `INVALID_OPTION` for a promise that a runner whose disk vanishes cannot keep */
const checkOnCancel = async ({ inputs, environment }: Job): Promise<void> => {
  const onCancel = inputs.text('on-cancel');
  if (onCancel === 'rollback' || environment.RUNNER_ENVIRONMENT === 'self-hosted') return;
  const journal = inputs.text('journal') ?? (await readConfiguration(inputs.text('config-file'))).journal;
  if (journal?.startsWith('s3://')) return;
  throw new AmiPublisherError('INVALID_OPTION', {
    message: `on-cancel ${onCancel} needs a journal that outlives this runner, got ${journal ?? 'none'}`,
    resource: 'on-cancel',
    remedy: 'give the input `journal` as s3://BUCKET/PREFIX, or leave on-cancel at rollback',
  });
};

const makePlan = async ({ inputs, services, signal, log }: Job): Promise<PublicationPlan> => {
  const { publisher, resolveTargets } = await services();
  const written = {
    stream: inputs.needed('stream'),
    leaf: inputs.needed('leaf'),
    tags: inputs.pairs('tags'),
    expiresIn: inputs.text('expires-in'),
    amiName: inputs.text('ami-name'),
    architecture: inputs.text('architecture'),
    bootMode: inputs.text('boot-mode'),
    enaSupport: inputs.flag('ena-support'),
    imdsV2Only: inputs.flag('imds-v2-only'),
    iops: inputs.text('iops'),
    throughput: inputs.text('throughput'),
    kmsKey: inputs.text('kms-key'),
    rootDeviceName: inputs.text('root-device-name'),
    minFree: inputs.text('min-free'),
    deprecateIn: inputs.text('deprecate-in'),
    deregistrationProtection: inputs.flag('deregistration-protection'),
    ssmParameter: inputs.text('ssm-parameter'),
    shareWith: inputs.lines('share-with'),
    sharingAccount: inputs.text('sharing-account'),
    ignoreMissingUnpackers: inputs.flag('ignore-missing-unpackers'),
    concurrency: inputs.text('concurrency'),
  };
  const targets = await resolveTargets(signal);
  for (const message of targets.notices) log.line(`note: ${message}`);
  log.line(`planning for ${counted(targets.targets.length, 'target')}`);
  return publisher.plan(parsePublishOptions(written, targets), { signal });
};

const amiIds = (
  targets: readonly {
    readonly account: string;
    readonly region: string;
    readonly imageId?: string | undefined;
  }[],
): Readonly<Record<string, string>> =>
  Object.fromEntries(
    targets.flatMap(({ account, region, imageId }) =>
      imageId === undefined ? [] : [[`${account},${region}`, imageId]],
    ),
  );

type Unsuccessful = Extract<TargetResult, { readonly message: string }>;
const isUnsuccessful = (target: TargetResult): target is Unsuccessful => 'message' in target;

/** What the step answers with when a publication has ended. @param rollback the command that undoes it, if there is something to undo */
export const outcomeOf = (results: PublicationResults, rollback: string | undefined): Outcome => {
  const unsuccessful = results.targets.filter(isUnsuccessful);
  return {
    ok: results.ok,
    outputs: {
      results,
      'ami-ids': amiIds(results.targets.filter((target) => !isUnsuccessful(target))),
      'failed-targets': unsuccessful.map(({ account, region }) => `${account},${region}`),
      'publication-id': results.publicationId,
    },
    summary: resultsSummary(results, rollback),
    annotations: unsuccessful.map((target) => annotationOf(target, `${target.status} at ${target.step}`)),
  };
};

const annotationOf = (
  {
    account,
    region,
    bestEffort,
    message,
  }: {
    readonly account: string;
    readonly region: string;
    readonly bestEffort: boolean;
    readonly message: string;
  },
  what: string,
): Annotation => ({
  level: bestEffort ? 'warning' : 'error',
  title: `${account},${region}: ${what}`,
  message: withoutPlace(message, `${account},${region}`),
});

/** A target that was planned for and has not ended well left something to undo. */
const rollbackOf = ({ inputs }: Job, results: PublicationResults, targets: string): string | undefined => {
  if (!results.targets.some((target) => isUnsuccessful(target) && target.step !== 'plan')) return undefined;
  return rollbackCommand({
    publicationId: results.publicationId,
    targets,
    configFile: inputs.text('config-file'),
  });
};

const resultsSummary = (results: PublicationResults, rollback: string | undefined): string => {
  const { stream, leaf, amiName, publicationId, targets } = results;
  const timed = targets.filter(({ durationsMs }) => Object.keys(durationsMs).length > 0);
  return paragraphs(
    `### ${escapeMarkdown(`${stream}/${leaf}`)}: ${countsOf(targets)}`,
    `Publication ${code(publicationId)}, AMI name ${code(amiName)}`,
    table(
      ['Target', 'Status', 'AMI', 'Snapshot', 'Time', 'What'],
      targets.map((target) => [
        escapeMarkdown(placeOf(target)),
        `${marks[target.status]} ${target.status}`,
        code(target.imageId ?? ''),
        code(target.snapshotId ?? ''),
        formatDuration(target.durationMs),
        escapeMarkdown(wordsOf(target)),
      ]),
    ),
    rollback && `To undo what did not come to an end:\n\n\`\`\`sh\n${rollback}\n\`\`\``,
    timed.length > 0 ? '#### Time per step' : undefined,
    ...timed.map((target) =>
      details(`${placeOf(target)}: ${formatDuration(target.durationMs)}`, stepTable(target)),
    ),
  );
};

const marks = { published: '✅', shared: '✅', skipped: '⏭️', failed: '❌', cancelled: '⏹️' } as const;

const countsOf = (targets: readonly TargetResult[]): string => {
  const counts = Object.keys(marks).map((status) => {
    const count = targets.filter((target) => target.status === status).length;
    return count === 0 ? '' : `${count} ${status}`;
  });
  return counts.filter((text) => text !== '').join(', ');
};

const placeOf = ({ account, region }: TargetResult): string => `${account},${region}`;

const wordsOf = (target: TargetResult): string => {
  if (target.status === 'skipped') return target.reason;
  if (target.status === 'shared') return `shared by ${target.sharedFrom}`;
  return isUnsuccessful(target) ? `${target.step}: ${withoutPlace(target.message, placeOf(target))}` : '';
};

const stepTable = ({ durationsMs }: TargetResult): string =>
  table(
    ['Step', 'Time'],
    Object.entries(durationsMs).map(([step, ms]) => [escapeMarkdown(step), formatDuration(ms)]),
  );

const planSummary = (made: PublicationPlan): string =>
  paragraphs(
    `### Plan of ${escapeMarkdown(`${made.options.stream}/${made.options.leaf}`)}`,
    table(
      ['Target', 'Time', 'USD/month', 'Would'],
      [
        ...made.targets.map(({ target, estimate, actions }) => [
          escapeMarkdown(formatTarget(target)),
          `~${formatDuration(estimate.durationMs)}`,
          estimate.addedUsdPerMonthAtMost === null
            ? ''
            : `at most ${estimate.addedUsdPerMonthAtMost.toFixed(2)}`,
          escapeMarkdown(actions.join('; ')),
        ]),
        ...made.skipped.map(({ target, reason }) => [
          ...[escapeMarkdown(formatTarget(target)), '', ''],
          escapeMarkdown(`do nothing: ${reason}`),
        ]),
        ...made.failures.map(({ account, region, message }) => [
          ...[escapeMarkdown(`${account},${region}`), '', ''],
          `❌ ${escapeMarkdown(withoutPlace(message, `${account},${region}`))}`,
        ]),
      ],
    ),
    ...made.notices.map((notice) => `Note: ${escapeMarkdown(notice)}`),
  );
