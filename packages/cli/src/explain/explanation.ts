import { AmiPublisherError, type ErrorCode, errorCodes, errorSummaries } from '@ami-publisher/base';
import { imageExplanations } from './images.js';
import { lifecycleExplanations } from './lifecycles.js';
import { publishingExplanations } from './publishing.js';

/** What to do about an error, whatever its message says beside. */
export interface Explanation {
  /** What to look at, as a sentence without a full stop. */
  readonly look: string;
  /** What to do, as a sentence without a full stop. */
  readonly remedy: string;
}

export type ExplanationsOf<Code extends string> = Readonly<Record<Code, Explanation>>;

const explanations: ExplanationsOf<ErrorCode> = {
  ...publishingExplanations,
  ...imageExplanations,
  ...lifecycleExplanations,
};

/** An error code with all that is known of it. */
export interface ExplainedCode extends Explanation {
  readonly code: ErrorCode;
  readonly summary: string;
  readonly retryable: boolean;
}

/** @param given a code, in capitals or not @throws `INVALID_OPTION` with the codes that are most like it */
export const explainCode = (given: string): ExplainedCode => {
  const code = given.trim().toUpperCase().replaceAll('-', '_');
  if (isCode(code)) {
    const summary = errorSummaries[code];
    return { code, summary, retryable: errorCodes[code], ...explanations[code] };
  }
  throw new AmiPublisherError('INVALID_OPTION', {
    message: `no error has the code ${JSON.stringify(given)}`,
    resource: given,
    remedy: `perhaps one of ${similarTo(code).join(', ')}; \`ami-publisher explain\` lists them all`,
  });
};

/** Every code, as the registry has them. */
export const explainAll = (): readonly ExplainedCode[] => codes.map(explainCode);

const codes = Object.keys(errorCodes) as ErrorCode[];
const isCode = (text: string): text is ErrorCode => Object.hasOwn(errorCodes, text);

const suggestions = 3;

const similarTo = (text: string): readonly ErrorCode[] =>
  codes.toSorted((a, b) => likeness(b, text) - likeness(a, text)).slice(0, suggestions);

/** Sørensen-Dice coefficient of the pairs of neighbouring characters: 0 nothing in common, 1 the same. */
const likeness = (a: string, b: string): number => {
  const ofA = pairsOf(a);
  const ofB = pairsOf(b);
  const common = [...ofA].filter((pair) => ofB.has(pair));
  return (2 * common.length) / (ofA.size + ofB.size);
};

const pairsOf = (text: string): Set<string> =>
  new Set(Array.from({ length: text.length + 1 }, (_, at) => ` ${text} `.slice(at, at + 2)));
