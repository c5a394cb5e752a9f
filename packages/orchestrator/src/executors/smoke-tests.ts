import { AmiPublisherError } from '@ami-publisher/base';
import { quoted, type RemoteResult, type RemoteShell } from '../aws/remote-shell.js';
import type { Check } from '../configuration/checks.js';
import type { Executor } from '../jobs/executor.js';
import { type AmiInstance, onPrimaryAmi } from './on-primary-ami.js';
import type { ExecutorServices } from './services.js';
import { shellOn } from './throw-away-instance.js';

/** How one check came out. */
export interface CheckResult {
  readonly name: string;
  readonly passed: boolean;
  /** What it was that failed; left out if nothing did. */
  readonly message?: string;
  readonly exit_code: number;
  readonly duration_ms: number;
  /** The beginning of what it wrote. */
  readonly output: string;
}

const keptOutput = 2_000;

/** Tests the primary AMI: an instance is launched, and each check of the product is run on it. All are run, whichever fail. */
export const smokeTests = (services: ExecutorServices): Executor =>
  onPrimaryAmi(services, services.configuration.timeLimitMinutes.smokeTests, async (instance) => {
    const checks = checksOf(instance);
    const shell = await shellOn(services, instance.target, instance.instanceId, instance.signal);
    const results: CheckResult[] = [];
    for (const check of checks) {
      const from = services.clock.now();
      const ended = await runCheck(shell, check);
      results.push({ ...judge(check, ended), duration_ms: services.clock.now() - from });
    }
    const passed = results.every((result) => result.passed);
    return {
      status: passed ? 'COMPLETED' : 'FAILED',
      properties: {
        task: 'SMOKE_TESTS',
        smoke_tests_status: passed ? 'PASSED' : 'FAILED',
        smoke_tests_instance: instance.instanceId,
        smoke_tests: results,
      },
    };
  });

/** @throws `PRODUCT_NOT_CONFIGURED`: a product without tests has not passed any */
const checksOf = ({ product, work }: AmiInstance): readonly Check[] => {
  if (product.smokeTests !== undefined) return product.smokeTests;
  throw new AmiPublisherError('PRODUCT_NOT_CONFIGURED', {
    message: `the product ${work.state.lifecycle.productName} has no smokeTests`,
    remedy: 'give it checks in the configuration of the executors',
  });
};

const scriptOf = (check: Check): string => {
  if ('fileExists' in check) return `test -e ${quoted(check.fileExists)}`;
  if ('serviceActive' in check) return `systemctl is-active -- ${quoted(check.serviceActive)}`;
  return check.command;
};

const runCheck = (shell: RemoteShell, check: Check): Promise<RemoteResult> =>
  shell.run(scriptOf(check), check.timeoutSeconds);

const nameOf = (check: Check): string => {
  if (check.name !== undefined) return check.name;
  if ('fileExists' in check) return `file ${check.fileExists}`;
  return 'serviceActive' in check ? `service ${check.serviceActive}` : check.command;
};

const judge = (check: Check, ended: RemoteResult): Omit<CheckResult, 'duration_ms'> => {
  const fault = faultOf(check, ended);
  return {
    name: nameOf(check),
    passed: fault === undefined,
    ...(fault !== undefined && { message: fault }),
    exit_code: ended.exitCode,
    output: `${ended.stdout}${ended.stderr}`.slice(0, keptOutput),
  };
};

const faultOf = (check: Check, { exitCode, timedOut, stdout }: RemoteResult): string | undefined => {
  if (timedOut) return `it took longer than ${check.timeoutSeconds} s`;
  const wanted = 'command' in check ? check.expectExit : 0;
  if (exitCode !== wanted) return `it ended with ${exitCode}, not ${wanted}`;
  const pattern = 'command' in check ? check.stdoutMatches : undefined;
  if (pattern === undefined || new RegExp(pattern, 'm').test(stdout)) return undefined;
  return `its output does not match ${pattern}`;
};
