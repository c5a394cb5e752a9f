/** How much an annotation weighs. */
export type Level = 'error' | 'warning' | 'notice';

/** Something to be shown beside the workflow. */
export interface Annotation {
  readonly level: Level;
  readonly title: string;
  readonly message: string;
}

/** GitHub shows no more of each level for a step. */
const maxAnnotations = 10;

/** Text for the message of a workflow command (GitHub documentation, "Workflow commands for GitHub Actions"; actions/toolkit, `escapeData`). */
export const escapeData = (text: string): string =>
  text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');

/** Text for a property of a workflow command. */
export const escapeProperty = (text: string): string =>
  escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');

/** A line for the log that the runner takes for no command, whatever stands in it: neither `::command::` nor the older `##[command]`. */
export const plainLine = (text: string): string => {
  const line = text.replace(/[\r\n]+/g, ' ').replaceAll('##[', '# #[');
  return line.trimStart().startsWith('::') ? `| ${line.trimStart()}` : line;
};

/** The log of a step, with the commands that the runner reads from it. */
export class WorkflowLog {
  readonly #write: (text: string) => void;

  /** @param write is given whole lines */
  constructor(write: (text: string) => void) {
    this.#write = write;
  }

  /** Has the runner show `***` in place of each of these, from now on. */
  mask(secrets: readonly string[]): void {
    for (const secret of secrets) this.#write(`::add-mask::${escapeData(secret)}\n`);
  }

  line(text: string): void {
    this.#write(`${plainLine(text)}\n`);
  }

  /** Lines that can be folded away. */
  group(title: string, lines: readonly string[]): void {
    const text = lines.map((line) => `${plainLine(line)}\n`).join('');
    this.#write(`::group::${escapeData(title)}\n${text}::endgroup::\n`);
  }

  /** At most ten annotations, of which the last says how many more there are. */
  annotate(annotations: readonly Annotation[]): void {
    const isTooMuch = annotations.length > maxAnnotations;
    const shown = isTooMuch ? annotations.slice(0, maxAnnotations - 1) : annotations;
    for (const { level, title, message } of shown) {
      this.#write(`::${level} title=${escapeProperty(title)}::${escapeData(message)}\n`);
    }
    if (isTooMuch) {
      const more = annotations.length - shown.length;
      const level = annotations.some((one) => one.level === 'error') ? 'error' : 'warning';
      this.#write(`::${level} title=ami-publisher::and ${more} more, which the job summary lists\n`);
    }
  }
}
