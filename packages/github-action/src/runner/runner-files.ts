import { randomUUID } from 'node:crypto';
import { appendFileSync } from 'node:fs';
import { AmiPublisherError } from '@ami-publisher/base';

/** The files by which a step answers the runner (GitHub documentation, "Workflow commands for GitHub Actions"). */
export type RunnerFile = 'GITHUB_OUTPUT' | 'GITHUB_STATE' | 'GITHUB_STEP_SUMMARY';

/** GitHub takes no more of a step's summary. */
const maxSummaryBytes = 1024 * 1024;
const cutShort = '\n\n… cut short: the summary of a step holds 1 MiB; the output `results` has it all.\n';

/** `name<<DELIMITER`, the value, and a delimiter that nobody can guess, so that no value can end early and set another name. */
export const fileEntry = (name: string, value: string, delimiter = `end-${randomUUID()}`): string => {
  if (value.includes(delimiter)) throw new TypeError('a value holds its own delimiter');
  return `${name}<<${delimiter}\n${value}\n${delimiter}\n`;
};

/** The text with as many of its lines as fit into a summary. */
export const fitSummary = (text: string): string => {
  if (Buffer.byteLength(text) <= maxSummaryBytes) return text;
  const room = maxSummaryBytes - Buffer.byteLength(cutShort);
  const head = Buffer.from(text).subarray(0, room).toString('utf8');
  return `${head.slice(0, head.lastIndexOf('\n'))}${cutShort}`;
};

/** Writes what the runner reads when the step has ended, or was killed: all of it is in the file when a call returns. */
export class RunnerFiles {
  readonly #environment: Readonly<Record<string, string | undefined>>;

  constructor(environment: Readonly<Record<string, string | undefined>>) {
    this.#environment = environment;
  }

  setOutput(name: string, value: string): void {
    this.#append('GITHUB_OUTPUT', fileEntry(name, value));
  }

  /** Has the post step find `STATE_name` in its environment. */
  saveState(name: string, value: string): void {
    this.#append('GITHUB_STATE', fileEntry(name, value));
  }

  addSummary(markdown: string): void {
    this.#append('GITHUB_STEP_SUMMARY', fitSummary(`${markdown}\n`));
  }

  #append(variable: RunnerFile, text: string): void {
    const file = this.#environment[variable];
    if (!file) {
      throw new AmiPublisherError('INVALID_OPTION', {
        message: `${variable} names no file`,
        resource: variable,
        remedy: 'run this as an action of a GitHub workflow; at a shell, use ami-publisher',
      });
    }
    appendFileSync(file, text);
  }
}
