import { createInterface, type Interface, type ReadLineOptions } from 'node:readline';
import { coloursFor } from '../../output/colours.js';
import { type Key, type ListState, newList, pressKey } from './list-state.js';
import type { Question } from './questions.js';

/** That somebody left instead of answering: to what was before (Esc), or for good (Ctrl-C, end of input). */
export type Left = 'back' | 'quit';

/** Who sits in front of the menus. */
export interface MenuTerminal {
  /** Has one line chosen, or any number of them. @returns their numbers, from 0 */
  choose(title: string, labels: readonly string[], isMany: boolean): Promise<readonly number[] | Left>;
  /** Asks until an answer is accepted. @returns what it stands for */
  ask(question: Question): Promise<{ readonly value: string } | Left>;
  say(text: string): void;
}

const manyHint = 'Press <space>, <tab> for multi-selection and <enter> to select and accept';
const input = process.stdin;
const output = process.stdout;
const hideCursor = '\x1b[?25l';
const showCursor = '\x1b[?25h';
/** A lone Esc is told from the beginning of an arrow key by what follows, or does not. */
const escapeCodeTimeout = 50;

/** The terminal of this process. Only where stdin and stdout are one. */
export const openMenuTerminal = (): MenuTerminal => ({
  choose,
  ask: async (question) => {
    for (;;) {
      const answer = await askOnce(question.text);
      if (typeof answer === 'string') return answer;
      try {
        return { value: await question.accept(answer.value) };
      } catch (reason) {
        output.write(`${coloursFor(output).red((reason as Error).message)}\n`);
      }
    }
  },
  say: (text) => {
    output.write(`${text}\n`);
  },
});

const choose: MenuTerminal['choose'] = async (title, labels, isMany) => {
  let state = newList(labels.length, isMany);
  output.write(`\n${title}\n${isMany ? `${manyHint}\n` : ''}${hideCursor}${drawList(labels, state)}`);
  const answer = await withKeys<readonly number[]>({ terminal: true }, (end) => (key) => {
    const step = pressKey(state, key);
    if ('left' in step) return end(step.left);
    if ('chosen' in step) return end(step.chosen);
    state = step.state;
    output.write(`\x1b[${labels.length}A${drawList(labels, state)}`);
  });
  output.write(showCursor);
  return answer;
};

const drawList = (labels: readonly string[], { cursor, ticked, isMany }: ListState): string => {
  const colours = coloursFor(output);
  const width = (output.columns ?? 80) - 8;
  const lines = labels.map((label, index) => {
    const text = label.slice(0, width);
    const tick = isMany ? (ticked.has(index) ? '[*] ' : '[ ] ') : '';
    const isHere = index === cursor;
    return `\r\x1b[2K${isHere ? colours.bold(colours.red('> ')) : '  '}${tick}${isHere ? colours.black(colours.bgYellow(text)) : text}\n`;
  });
  return lines.join('');
};

const askOnce = async (text: string): Promise<{ readonly value: string } | Left> => {
  const answer = await withKeys<{ readonly value: string }>({ output }, (end, line) => {
    line.question(`${text}\n`, (value) => end({ value: value.trim() }));
    return (key) => {
      if (key.name === 'escape') end('back');
    };
  });
  if (typeof answer === 'string') output.write('\n');
  return answer;
};

type End<T> = (answer: T | Left) => void;

/** Gives the keys that are pressed to what `begin` gives back, until that ends it; so do Ctrl-C and the end of the input. */
const withKeys = <T>(
  how: Omit<ReadLineOptions, 'input'>,
  begin: (end: End<T>, line: Interface) => (key: Key) => void,
): Promise<T | Left> =>
  new Promise((resolve) => {
    const line = createInterface({ ...how, input, escapeCodeTimeout });
    const end: End<T> = (answer) => {
      input.off('keypress', listen);
      line.off('close', leave);
      line.close();
      resolve(answer);
    };
    const leave = (): void => end('quit');
    line.on('close', leave);
    const onKey = begin(end, line);
    const listen = (_text: string | undefined, key: Key): void => onKey(key);
    input.on('keypress', listen);
  });
