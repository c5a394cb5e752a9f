/** The stack tag of a git branch: every character but letters, digits and dashes becomes a dash, and capitals become small. */
export const stackTagOf = (branch: string): string => branch.replace(/[^a-zA-Z0-9-]/g, '-').toLowerCase();
