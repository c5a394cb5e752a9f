/** By command, the gap of moto (`what` in gaps.ts) that keeps it from being tried there. */
export const gapsOfCommands: Readonly<Record<string, string>> = {};
