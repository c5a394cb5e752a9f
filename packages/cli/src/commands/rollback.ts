import type { RollbackOptions, RollbackReport } from '@ami-publisher/core';
import { createContext } from '../context.js';
import { exitCodes } from '../exit-codes.js';
import { outputOptionsOf, type TableView, writeResult } from '../output/render.js';
import { LineView } from '../progress/line-view.js';
import { isQuiet } from '../progress/modes.js';
import { notice } from '../progress/notice.js';
import { withStatus } from '../progress/status-line.js';
import type { CommandRunner } from './definition.js';
import { othersWithout, whichPublication } from './which-publication.js';

const reportView = (isDryRun: boolean): TableView<RollbackReport> => ({
  head: ['TARGET', 'STATUS', isDryRun ? 'WOULD UNDO' : 'UNDONE'],
  sentences: true,
  footer: ({ targets }) => othersWithout(targets),
  empty: 'nothing of it was found',
  rows: ({ targets }) =>
    targets
      .filter(({ status }) => status !== 'nothing')
      .map(({ account, region, status, undone, errors }) => [
        `${account},${region}`,
        status,
        [undone.join(', ') || 'nothing', ...errors.map((error) => `error: ${error}`)].join('; '),
      ]),
});

/** `rollback PUBLICATION-ID`, `rollback --publication ID` */
export const rollback: CommandRunner = async (positional, options) => {
  const { publicationId, byTags } = whichPublication(positional, options);
  const context = await createContext(options);
  try {
    const view = isQuiet(options) ? undefined : new LineView({ write: (line) => notice(line.trimEnd()) });
    const how: RollbackOptions = {
      dryRun: options.dryRun === true,
      force: options.force === true,
      signal: context.signal,
      onEvent: (event) => view?.show(event),
    };
    const targets = byTags ? await context.resolveTargets() : undefined;
    for (const message of targets?.notices ?? []) notice(`note: ${message}`);
    const report = await withStatus(options, `Undoing ${publicationId}`, () =>
      targets === undefined
        ? context.publisher.rollback(publicationId, how)
        : context.publisher.rollbackByTags(publicationId, targets, how),
    );
    await writeResult(report, reportView(options.dryRun === true), outputOptionsOf(options));
    return report.ok ? exitCodes.success : exitCodes.failure;
  } finally {
    await context.close();
  }
};
