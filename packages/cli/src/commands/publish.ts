import { counted } from '@ami-publisher/base';
import {
  type Publication,
  type PublicationPlan,
  type PublicationResults,
  parsePublishOptions,
  toReferenceResults,
} from '@ami-publisher/core';
import { type Context, createContext } from '../context.js';
import { exitCodes } from '../exit-codes.js';
import { tagsOf } from '../input/tags.js';
import { coloursFor } from '../output/colours.js';
import { outputOptionsOf, writeResult } from '../output/render.js';
import { replaceFile } from '../output/replace-file.js';
import { planView, resultsView } from '../output/views.js';
import { createProgressView, showEvents } from '../progress/progress.js';
import { withStatus } from '../progress/status-line.js';
import type { CommandRunner } from './definition.js';

type Options = Record<string, unknown>;

/** `publish STREAM LEAF` */
export const publish: CommandRunner = (positional, options) =>
  inContext(options, async (context) => {
    const plan = await makePlan(context, positional, options);
    if (options.dryRun === true) return showPlan(plan, options);
    return follow(context, context.publisher.start(plan, { signal: context.signal }), options);
  });

/** `plan STREAM LEAF` */
export const plan: CommandRunner = (positional, options) =>
  inContext(options, async (context) => showPlan(await makePlan(context, positional, options), options));

/** `resume PUBLICATION-ID` */
export const resume: CommandRunner = ([publicationId = ''], options) =>
  inContext(options, async (context) => {
    const publication = await context.publisher.resume(publicationId, { signal: context.signal });
    return follow(context, publication, options);
  });

const inContext = async (options: Options, work: (context: Context) => Promise<number>): Promise<number> => {
  const context = await createContext(options);
  try {
    return await work(context);
  } finally {
    await context.close();
  }
};

const makePlan = async (
  context: Context,
  [stream = '', leaf = '']: string[],
  options: Options,
): Promise<PublicationPlan> => {
  const written = { ...options, stream, leaf, tags: await tagsOf(options) };
  const request = parsePublishOptions(written, await context.resolveTargets());
  return withStatus(options, `Planning for ${counted(request.targets.targets.length, 'target')}`, () =>
    context.publisher.plan(request, { signal: context.signal }),
  );
};

const showPlan = async (made: PublicationPlan, options: Options): Promise<number> => {
  await writeResult(made, planView, outputOptionsOf(options));
  return made.failures.some(({ bestEffort }) => !bestEffort) ? exitCodes.failure : exitCodes.success;
};

const follow = async (context: Context, publication: Publication, options: Options): Promise<number> => {
  const [results] = await Promise.all([
    publication.results,
    createProgressView(options).then((view) => showEvents(publication.events, view)),
  ]);
  if (typeof options.resultsFile === 'string')
    await replaceFile(options.resultsFile, `${JSON.stringify(toReferenceResults(results), undefined, 4)}\n`);
  await writeResult(results, resultsView, outputOptionsOf(options));
  if (!results.ok) process.stderr.write(wayOut(results));
  if (results.ok && results.partial)
    process.stderr.write(`${coloursFor(process.stderr).yellow('warning')}: best-effort targets failed\n`);
  if (context.signal.aborted) return exitCodes.interrupted;
  return results.ok ? exitCodes.success : exitCodes.failure;
};

/** A target that could not be planned for is not in the journal, so resuming does not come to it. */
const wayOut = ({ publicationId, targets }: PublicationResults): string => {
  const begun = targets.filter((target) => 'step' in target && target.step !== 'plan');
  if (begun.length === 0)
    return '\nnothing was begun there: mend it and publish again, which skips what is there\n';
  return `
finish it:  ami-publisher resume ${publicationId}
undo it:    ami-publisher rollback ${publicationId}
`;
};
