import type { Executors } from '../jobs/executor.js';
import { build } from './build.js';
import { byProduct } from './by-product.js';
import { buildByPipeline } from './image-builder/build-by-pipeline.js';
import { patchByImageBuilder } from './image-builder/patch-by-image-builder.js';
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
  const [publishing, piping] = [build(services), buildByPipeline(services)];
  const [patching, leaving] = [patch(services), patchByImageBuilder(services)];
  return {
    BUILD_AMI: byProduct(services, ({ imageBuilder }) => (imageBuilder.pipeline ? piping : publishing)),
    MARK_FOR_PRODUCTION_CREATE: approval,
    MARK_FOR_PRODUCTION_PATCH: approval,
    PATCH_AMI: byProduct(services, ({ imageBuilder }) => (imageBuilder.patches ? leaving : patching)),
    QA_CERTIFICATION_REQUEST: qaRequest(services),
    SMOKE_TESTS_AMI_CREATE: tests,
    SMOKE_TESTS_AMI_PATCH: tests,
    VULNERABILIY_SCANS_AMI_CREATE: scan,
    VULNERABILITY_SCANS_AMI_PATCH: scan,
  };
};
