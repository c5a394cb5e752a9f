import { AmiPublisherError } from '@ami-publisher/base';
import type { Publication, PublicationPlan, PublicationResults } from '@ami-publisher/core';
import type { Product } from '../configuration/products.js';
import type { Executor, Work } from '../jobs/executor.js';
import type { AmiDetails } from '../lifecycles/state.js';
import { productOf, targetsOf } from './places.js';
import { publicationOf } from './publication-of.js';
import type { ExecutorServices } from './services.js';
import { withinMinutes } from './within.js';
import { workTags } from './work-tags.js';

/** Publishes the product's stream to its targets. The leaf is that of the request, or the latest, by the digest that it has when the work begins. */
export const build = (services: ExecutorServices): Executor => ({
  run: (work, outer) =>
    withinMinutes(services.clock, services.configuration.timeLimitMinutes.build, outer, async (signal) => {
      const product = productOf(services.configuration, work.state);
      const leaf = work.state.lifecycle.properties?.leaf;
      const results = await publish(
        services,
        product,
        work,
        typeof leaf === 'string' ? leaf : undefined,
        signal,
      );
      return {
        status: 'COMPLETED',
        properties: {
          task: 'BUILD_AMI',
          ami_details: amiDetails(results, product),
          publication_id: results.publicationId,
          image: `${results.stream}/${results.leaf}`,
          manifest_digest: results.manifestDigest,
        },
      };
    }),
  // What a publication has left is for another attempt to go on from; a failure is rolled back where it happens.
  cleanUp: async () => {},
});

/**
 * Publishes a leaf for an attempt. A publication that the attempt has begun before is gone on with; one that fails is rolled back.
 *
 * @throws `PUBLICATION_FAILED` naming the targets, and what planning throws
 */
export const publish = async (
  services: ExecutorServices,
  product: Product,
  work: Work,
  leaf: string | undefined,
  signal: AbortSignal,
): Promise<PublicationResults> => {
  const { publisher } = services;
  const begun = await publicationOf(services.journals, work.attempt);
  const publication: Publication =
    begun === undefined
      ? publisher.start(await plan(services, product, work, leaf, signal), { signal })
      : await publisher.resume(begun, { signal });
  const results = await publication.results;
  if (results.ok) return results;
  // An attempt that was cut short is gone on with by whoever takes it up.
  if (!signal.aborted) await publisher.rollback(publication.id, { force: true });
  throw publicationFailed(results);
};

const latestLeaf = async (
  images: ExecutorServices['images'],
  stream: string,
  signal: AbortSignal,
): Promise<string> => (await images.findLatest({ stream }, { signal })).name?.leaf ?? '';

const plan = async (
  { cloud, publisher, images }: ExecutorServices,
  product: Product,
  { attempt }: Work,
  leaf: string | undefined,
  signal: AbortSignal,
): Promise<PublicationPlan> => {
  const { stream, kmsKey, architecture, tags } = product;
  return publisher.plan(
    {
      stream,
      leaf: leaf ?? (await latestLeaf(images, stream, signal)),
      targets: await targetsOf(cloud, product, signal),
      // The attempt makes the name its own: the same release may be on its way twice.
      amiName: `{stream}/{leaf}/${attempt.id}`,
      architecture,
      kmsKey,
      tags: { ...tags, ...workTags(attempt) },
    },
    { signal },
  );
};

/** The AMIs as results of lifecycles tell them, that of the primary target first. @throws `PUBLICATION_FAILED` if it has none */
export const amiDetails = (results: PublicationResults, { primary }: Product): readonly AmiDetails[] => {
  const details = results.targets.flatMap(({ account, accountId = '', region, imageId }) =>
    imageId === undefined
      ? []
      : [
          {
            region,
            image: imageId,
            name: results.amiName,
            description: `${results.stream}/${results.leaf}`,
            accountId,
            account,
          },
        ],
  );
  const isPrimary = ({ account, accountId, region }: (typeof details)[number]): boolean =>
    [`${account},${region}`, `${accountId},${region}`].includes(primary);
  const first = details.find(isPrimary);
  if (first === undefined) throw publicationFailed(results);
  return [first, ...details.filter((one) => one !== first)];
};

const publicationFailed = ({ publicationId, targets }: PublicationResults): AmiPublisherError => {
  const failed = targets.flatMap((target) =>
    'message' in target ? [`${target.account},${target.region}: ${target.message}`] : [],
  );
  return new AmiPublisherError('PUBLICATION_FAILED', {
    message: `publication ${publicationId} failed: ${failed.join('; ') || 'the primary target has no AMI'}`,
    resource: publicationId,
    remedy: `see \`ami-publisher status ${publicationId}\`; what it had made has been removed`,
  });
};
