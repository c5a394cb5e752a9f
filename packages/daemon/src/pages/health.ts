import { type Answer, jsonAnswer } from './answers.js';

/** How long a check may take; one that hangs has found what it is for, ms. */
const checkTimeoutMs = 5_000;

/** Resolves if all is well. @throws what is wrong. */
export type HealthCheck = () => Promise<unknown>;

/** Checks by name; each asks the part that it is named for. */
export interface DaemonHealth {
  /** Whether the process does its work; if not, only a restart helps. */
  readonly alive: Readonly<Record<string, HealthCheck>>;
  /** Whether it takes new work. */
  readonly ready: Readonly<Record<string, HealthCheck>>;
}

/** 200 if all checks pass, else 503, and what each found. */
export const healthAnswer = async (checks: Readonly<Record<string, HealthCheck>>): Promise<Answer> => {
  const findings = await Promise.all(
    Object.entries(checks).map(async ([name, check]) => [name, await findingOf(check)] as const),
  );
  const isWell = findings.every(([, finding]) => finding === 'ok');
  return jsonAnswer(
    { status: isWell ? 'ok' : 'failing', checks: Object.fromEntries(findings) },
    isWell ? 200 : 503,
  );
};

const findingOf = async (check: HealthCheck): Promise<string> => {
  let timer: NodeJS.Timeout | undefined;
  const timedOut = new Promise<string>((resolve) => {
    timer = setTimeout(() => resolve(`no answer within ${checkTimeoutMs} ms`), checkTimeoutMs);
  });
  const checked = check().then(
    () => 'ok',
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );
  return Promise.race([checked, timedOut]).finally(() => clearTimeout(timer));
};
