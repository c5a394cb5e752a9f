/** 0 all good, also when only best-effort targets failed; 1 any failure; 2 usage; 130 interrupted (128 + SIGINT). */
export const exitCodes = { success: 0, failure: 1, usage: 2, interrupted: 130 } as const;
