/** Whether a command line is one of the Orchestrator's: `lifecycle`, then its arguments, `--mode` or the beginning of it among them. */
export const isOrchestratorCall = ([command, ...words]: readonly string[]): boolean =>
  command === 'lifecycle' &&
  words[0]?.startsWith('--') === true &&
  words.some((word) => /^--m(o(de?)?)?(=|$)/.test(word));
