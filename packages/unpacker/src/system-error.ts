/** Whether `reason` is an error of the operating system with one of these codes, such as `ENOENT`. */
export const isSystemError = (reason: unknown, ...codes: readonly string[]): boolean =>
  reason instanceof Error && 'code' in reason && codes.includes(String(reason.code));
