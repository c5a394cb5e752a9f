import * as z from 'zod';

const defaultSeconds = 60;
const longestSeconds = 3_600;

const common = {
  /** As results name it. @default what it looks at */
  name: z.string().min(1).max(200).optional(),
  timeoutSeconds: z.int().min(1).max(longestSeconds).default(defaultSeconds),
};

const pattern = z.string().refine(isPattern, { error: 'expected a regular expression' });

/** One thing to be looked at on an instance of an AMI. */
export const checkSchema = z.union([
  z.strictObject({
    ...common,
    /** A line of a POSIX shell. */
    command: z.string().min(1),
    expectExit: z.int().min(0).max(255).default(0),
    /** What its standard output has to match; `^` and `$` are the ends of lines. */
    stdoutMatches: pattern.optional(),
  }),
  z.strictObject({ ...common, fileExists: z.string().startsWith('/') }),
  /** A unit of systemd that has to be active. */
  z.strictObject({ ...common, serviceActive: z.string().regex(/^[\w@:.\\-]+$/) }),
]);

export type Check = z.output<typeof checkSchema>;

function isPattern(text: string): boolean {
  try {
    new RegExp(text);
    return true;
  } catch {
    return false;
  }
}
