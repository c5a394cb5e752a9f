import type { ArgumentName } from '../orchestrator/arguments.js';
import { readComponent } from '../patch-component.js';

/** One thing that is asked for. */
export interface Question {
  readonly text: string;
  /** The value that an answer stands for. @throws an error that says what is wrong with it */
  readonly accept: (answer: string) => string | Promise<string>;
}

const anyText = (answer: string): string => {
  if (answer === '') throw new Error('please enter something');
  return answer;
};

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

const anyId = (answer: string): string => {
  const id = answer.toLowerCase();
  if (!uuid.test(id)) throw new Error('an id is like 0f9a6c1e-58a1-4b7c-9a41-6d1f2d1f9c55');
  return id;
};

const oneOf =
  (...words: readonly string[]) =>
  (answer: string): string => {
    const word = words.find((candidate) => candidate === answer.toUpperCase());
    if (word === undefined) throw new Error(`please enter ${words.join(' or ')}`);
    return word;
  };

const anyComponent = async (answer: string): Promise<string> => {
  if (!/^s3:\/\/[^/]+\/./.test(answer)) await readComponent(anyText(answer));
  return answer;
};

const approval: Question = {
  text: 'Enter the approval status (APPROVED or FAILED):',
  accept: oneOf('APPROVED', 'FAILED'),
};

/** What is asked for an argument; every answer is checked before the next question. */
export const questions: Readonly<Partial<Record<ArgumentName, Question>>> = {
  '--productVer': { text: 'Enter the product version:', accept: anyText },
  '--productName': { text: 'Enter the product name:', accept: anyText },
  '--lifecycleId': { text: 'Enter the lifecycle_id:', accept: anyId },
  '--patchComponent': {
    text: 'Enter the patch component (a local YAML file, or s3://BUCKET/KEY):',
    accept: anyComponent,
  },
  '--patchChangeDescription': { text: 'Enter the patch change description:', accept: anyText },
  '--semverBumpType': {
    text: 'Enter the patch semantic version bump type: MINOR or PATCH',
    accept: oneOf('MINOR', 'PATCH'),
  },
  '--certificationStatus': {
    text: 'Enter the certification status (CERTIFIED or FAILED):',
    accept: oneOf('CERTIFIED', 'FAILED'),
  },
  '--approvalStatusAmiCreation': approval,
  '--approvalStatusAmiPatch': approval,
};

/** A question of yes, no or quit, answered by the first letter. */
export const yesNoQuit = (text: string): Question => ({
  text: `${text} (y/n/q):`,
  accept: (answer) => {
    const [letter] = /^[ynq]/.exec(answer.toLowerCase()) ?? [];
    if (letter === undefined) throw new Error('please enter y, n or q');
    return letter;
  },
});
