import type { Job, Outcome } from '../commands/command.js';
import { outcomeOf } from '../commands/publish.js';
import { rollbackOutcome } from '../commands/rollback.js';
import { resumeCommand, rollbackCommand } from '../commands/way-out.js';
import { code, paragraphs } from '../runner/markdown.js';
import { TargetGroups } from './target-groups.js';

/** A publication that was cut short, as the step saved it. */
export interface CutShort {
  readonly publicationId: string;
  /** What was planned for, as `account,region;account,region`. */
  readonly targets: string;
}

type CleanUp = (job: Job, publication: CutShort) => Promise<Outcome>;

/**
 * Does with a publication that was cut short what `on-cancel` says.
 *
 * @param job whose signal aborts when the time is over
 */
export const cleanUp = async (job: Job, publication: CutShort): Promise<Outcome> => {
  const { inputs, log, signal } = job;
  const configFile = inputs.text('config-file');
  const onCancel = inputs.needed('on-cancel') as keyof typeof cleanUps;
  log.line(`publication ${publication.publicationId} was cut short`);
  const outcome = await cleanUps[onCancel](job, publication).catch((reason: unknown) => {
    // What this may have been about is over, or does not matter any more: the way out is what counts now.
    const message = signal.aborted ? 'the time for a post step is over' : (reason as Error).message;
    return failed(publication, message);
  });
  if (outcome.ok) return outcome;
  return withWaysOut(
    outcome,
    [
      ...(onCancel === 'rollback'
        ? []
        : [`finish it:  ${resumeCommand({ ...publication, journal: inputs.text('journal'), configFile })}`]),
      `undo it:    ${rollbackCommand({ ...publication, configFile })}`,
    ],
    log.line.bind(log),
  );
};

const failed = ({ publicationId }: CutShort, message: string): Outcome => ({
  ok: false,
  outputs: {},
  summary: `### Publication ${code(publicationId)} was cut short`,
  annotations: [{ level: 'error', title: `${publicationId} is not cleaned up`, message }],
});

const withWaysOut = (outcome: Outcome, commands: readonly string[], say: (line: string) => void): Outcome => {
  for (const command of commands) say(command);
  return { ...outcome, summary: paragraphs(outcome.summary, `\`\`\`\n${commands.join('\n')}\n\`\`\``) };
};

const rollBack: CleanUp = async ({ services, signal, log }, { publicationId }) => {
  const { publisher, resolveTargets } = await services();
  const groups = new TargetGroups(log);
  const report = await publisher.rollbackByTags(publicationId, await resolveTargets(signal), {
    signal,
    onEvent: (event) => groups.show(event),
  });
  groups.end();
  return rollbackOutcome(report);
};

const resume: CleanUp = async ({ services, signal, log }, { publicationId }) => {
  const { publisher } = await services();
  const publication = await publisher.resume(publicationId, { signal });
  const groups = new TargetGroups(log);
  for await (const event of publication.events) groups.show(event);
  groups.end();
  return outcomeOf(await publication.results, undefined);
};

const keep: CleanUp = async (_job, { publicationId }) => ({
  ok: false,
  outputs: {},
  summary: `### Publication ${code(publicationId)} was cut short and kept`,
  annotations: [
    {
      level: 'warning',
      title: `${publicationId} was kept`,
      message: 'It can be finished or undone: the log and the job summary have the commands.',
    },
  ],
});

/** By what the input `on-cancel` can be, which is checked when inputs are read. */
const cleanUps = { rollback: rollBack, resume, keep } as const satisfies Readonly<Record<string, CleanUp>>;
