import type { Executors } from '../jobs/executor.js';
import { build } from './build.js';
import { patch } from './patch/patch.js';
import { production } from './production.js';
import { qaRequest } from './qa-request.js';
import type { ExecutorServices } from './services.js';
import { smokeTests } from './smoke-tests.js';
import { vulnerabilityScan } from './vulnerability-scan.js';

/** The executors that work by AWS, one for each event that they can do. */
export const createExecutors = (services: ExecutorServices): Executors => {
  const tests = smokeTests(services);
  const scan = vulnerabilityScan(services);
  const approval = production(services);
  return {
    BUILD_AMI: build(services),
    MARK_FOR_PRODUCTION_CREATE: approval,
    MARK_FOR_PRODUCTION_PATCH: approval,
    PATCH_AMI: patch(services),
    QA_CERTIFICATION_REQUEST: qaRequest(services),
    SMOKE_TESTS_AMI_CREATE: tests,
    SMOKE_TESTS_AMI_PATCH: tests,
    VULNERABILIY_SCANS_AMI_CREATE: scan,
    VULNERABILITY_SCANS_AMI_PATCH: scan,
  };
};
