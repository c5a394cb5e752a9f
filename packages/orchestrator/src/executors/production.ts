import type { Product } from '../configuration/products.js';
import type { Executor, Work } from '../jobs/executor.js';
import type { AmiDetails } from '../lifecycles/state.js';
import { backUp } from './back-up.js';
import { primaryAmi, productOf, targetOf } from './places.js';
import type { ExecutorServices } from './services.js';
import { shareWith } from './share-with.js';
import { withinMinutes } from './within.js';

/** Puts the AMIs into production: a copy of the primary one goes into the bucket, then all are shared, protected and named. Every part may be done again. */
export const production = (services: ExecutorServices): Executor => ({
  run: (work, outer) =>
    withinMinutes(
      services.clock,
      services.configuration.timeLimitMinutes.production,
      outer,
      async (signal) => {
        const product = productOf(services.configuration, work.state);
        const stored = await storePrimary(services, product, work, signal);
        for (const ami of work.amis) await release(services, product, ami, signal);
        return {
          status: 'COMPLETED',
          properties: {
            task: 'MARK_FOR_PRODUCTION',
            approval_status: 'APPROVED',
            ...stored,
            shared_with: [...product.production.accounts, ...product.production.organizations],
            ...(product.production.parameter !== undefined && { parameter: product.production.parameter }),
          },
        };
      },
    ),
  // What is in production stays, and a copy that was begun goes on by itself.
  cleanUp: async () => {},
});

const notApplicable = 'NOT_APPLICABLE';

const storePrimary = async (
  services: ExecutorServices,
  product: Product,
  work: Work,
  signal: AbortSignal,
) => {
  const { backup } = product.production;
  if (backup === undefined)
    return { ami_backup_state: notApplicable, s3_bucket: notApplicable, s3_object_key: notApplicable };
  const ami = primaryAmi(work.amis);
  const target = await targetOf(services.cloud, product, ami, signal);
  const { commitRef, productVer, productName } = work.state.lifecycle;
  const tags = { CommitRef: commitRef, ProductVer: productVer, ProductName: productName };
  const key = await backUp(services, { target, imageId: ami.image, bucket: backup.bucket, tags, signal });
  return { ami_backup_state: 'COMPLETED', s3_bucket: backup.bucket, s3_object_key: key };
};

const release = async (
  services: ExecutorServices,
  product: Product,
  ami: AmiDetails,
  signal: AbortSignal,
): Promise<void> => {
  const target = await targetOf(services.cloud, product, ami, signal);
  const { protect, parameter } = product.production;
  await shareWith(services, target, ami.image, product.production, signal);
  const ec2 = await services.cloud.ec2(target);
  if (protect) await ec2.enableImageDeregistrationProtection({ ImageId: ami.image }, { signal });
  if (parameter === undefined) return;
  const ssm = await services.cloud.ssm(target);
  await ssm.putParameter({ name: parameter, value: ami.image, dataType: 'aws:ec2:image' }, { signal });
};
