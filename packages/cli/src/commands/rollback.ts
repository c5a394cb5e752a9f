import type { RollbackReport } from '@ami-publisher/core';
import { createContext } from '../context.js';
import { exitCodes } from '../exit-codes.js';
import { outputOptionsOf, type TableView, writeResult } from '../output/render.js';
import type { CommandRunner } from './definition.js';

const view: TableView<RollbackReport> = {
  head: ['TARGET', 'STATUS', 'UNDONE', 'ERRORS'],
  rows: ({ targets }) =>
    targets.map(({ account, region, status, undone, errors }) => [
      `${account},${region}`,
      status,
      undone.join(', ') || '-',
      errors.join('; '),
    ]),
};

/** `rollback PUBLICATION-ID` */
export const rollback: CommandRunner = async ([publicationId = ''], options) => {
  const context = await createContext(options);
  try {
    const report = await context.publisher.rollback(publicationId, {
      dryRun: options.dryRun === true,
      force: options.force === true,
      signal: context.signal,
    });
    await writeResult(report, view, outputOptionsOf(options));
    return report.ok ? exitCodes.success : exitCodes.failure;
  } finally {
    context.close();
  }
};
