/** Whether something is allowed, as far as can be told from here. */
export type Answer = 'yes' | 'no' | 'unclear';

/** Yes if all are, no if any is not. */
export const all = (answers: readonly Answer[]): Answer => {
  if (answers.includes('no')) return 'no';
  return answers.includes('unclear') ? 'unclear' : 'yes';
};

/** Yes if any is, no if none is. */
export const any = (answers: readonly Answer[]): Answer => {
  if (answers.includes('yes')) return 'yes';
  return answers.includes('unclear') ? 'unclear' : 'no';
};

export const answer = (value: boolean): Answer => (value ? 'yes' : 'no');
