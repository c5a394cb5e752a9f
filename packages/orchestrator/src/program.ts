/** Name of the program. */
export const program = 'ami-orchestrator';
