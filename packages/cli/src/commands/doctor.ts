import { counted } from '@ami-publisher/base';
import {
  type Configuration,
  clientTlsOf,
  examine,
  type Finding,
  isAmiPublisherError,
  journalsOf,
  placesOf,
  readConfiguration,
} from '@ami-publisher/core';
import { contextOf, settingsOf } from '../context.js';
import { exitCodes } from '../exit-codes.js';
import { coloursFor } from '../output/colours.js';
import { outputOptionsOf, type TableView, writeResult } from '../output/render.js';
import { withStatus } from '../progress/status-line.js';
import type { CommandRunner } from './definition.js';

type Options = Readonly<Record<string, unknown>>;

/** `doctor` */
export const doctor: CommandRunner = async (_positional, options) => {
  const { finding, configuration } = await examineConfiguration(options);
  const rest = configuration === undefined ? [] : await examineRest(options, configuration);
  const findings = [finding, ...rest];
  const output = { ...outputOptionsOf(options), ...(options.json === true && { output: 'json' as const }) };
  await writeResult(findings, view, output);
  return findings.some(({ status }) => status === 'failure') ? exitCodes.failure : exitCodes.success;
};

/** Without the configuration nothing else would be what commands use. */
const examineConfiguration = async (
  options: Options,
): Promise<{ readonly finding: Finding; readonly configuration?: Configuration }> => {
  const file = typeof options.config === 'string' ? options.config : undefined;
  const site = { check: 'configuration', subject: file ?? 'none' } as const;
  try {
    const configuration = await readConfiguration(file);
    const detail = file === undefined ? 'no file is named: accounts are the AWS profiles' : 'fits its schema';
    return { finding: { ...site, status: 'ok', detail }, configuration };
  } catch (reason) {
    if (!isAmiPublisherError(reason)) throw reason;
    const {
      code,
      summary,
      remedy = 'correct the file; `ami-publisher schema` says what it may hold',
    } = reason;
    return { finding: { ...site, status: 'failure', detail: summary, remedy, code } };
  }
};

const examineRest = async (options: Options, configuration: Configuration): Promise<readonly Finding[]> => {
  const context = await contextOf(options, configuration);
  const settings = settingsOf(options, configuration);
  const { certificates, ...places } = placesOf(settings);
  try {
    return await withStatus(options, 'Looking at everything that a publication needs', () =>
      examine({
        ...places,
        cloud: context.cloud,
        certificates: options.insecure === true ? undefined : certificates,
        tls: () => clientTlsOf({ ...settings, certificates }),
        fleet: () => context.fleet,
        journals: () => journalsOf(settings),
        signal: context.signal,
      }),
    );
  } finally {
    await context.close();
  }
};

const view: TableView<readonly Finding[]> = {
  head: ['STATUS', 'CHECK', 'OF', 'WHAT'],
  sentences: true,
  rows: (findings) =>
    findings.map(({ status, check, subject, detail, remedy }) => [
      colourOf[status](status),
      check,
      subject,
      remedy === undefined ? detail : `${detail}; ${remedy}`,
    ]),
  footer: (findings) => {
    const count = (wanted: Finding['status']) => findings.filter(({ status }) => status === wanted).length;
    const failures = counted(count('failure'), 'failure');
    const notLookedAt = count('skipped') === 0 ? '' : `, ${count('skipped')} not looked at`;
    return ['', `${failures}, ${counted(count('warning'), 'warning')}, ${count('ok')} ok${notLookedAt}`];
  },
};

const { green, yellow, red, dim } = coloursFor(process.stdout);
const colourOf = { ok: green, warning: yellow, failure: red, skipped: dim } as const;
