import { AmiPublisherError } from '@ami-publisher/base';
import type { Publication, PublicationPlan, PublicationResults } from '@ami-publisher/core';
import type { Product } from '../configuration/products.js';
import type { Executor, Work } from '../jobs/executor.js';
import { pinsOf } from '../lifecycles/pins.js';
import type { AmiDetails, LifecycleState } from '../lifecycles/state.js';
import { productOf, targetsOf } from './places.js';
import { publicationOf } from './publication-of.js';
import type { ExecutorServices } from './services.js';
import { withinMinutes } from './within.js';
import { workTags } from './work-tags.js';

/** Publishes the product's stream to its targets: the leaf that the request was pinned to, which has to have the digest that it had then. */
export const build = (services: ExecutorServices): Executor => ({
  run: (work, outer) =>
    withinMinutes(services.clock, services.configuration.timeLimitMinutes.build, outer, async (signal) => {
      const product = productOf(services.configuration, work.state);
      const release = await pinnedRelease(services, product, work, signal);
      const results = await publish(services, product, work, release, signal);
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

/** What the request stood for; without a pin, what it stands for now. */
const pinnedRelease = async (
  services: ExecutorServices,
  product: Product,
  { attempt, state }: Work,
  signal: AbortSignal,
): Promise<Release> => {
  const { image, manifest_digest: manifestDigest } = pinsOf(attempt);
  if (image !== undefined) return { leaf: image.slice(image.lastIndexOf('/') + 1), manifestDigest };
  return releaseAskedFor(services, product, state, signal);
};

/** The leaf that a lifecycle asks for, or the latest of its product, and the digest that it has now. @throws what the image server does */
export const releaseAskedFor = async (
  { images }: Pick<ExecutorServices, 'images'>,
  { stream }: Pick<Product, 'stream'>,
  { lifecycle }: LifecycleState,
  signal: AbortSignal,
): Promise<Release> => {
  const asked = lifecycle.properties?.leaf;
  const { name, manifestDigest } =
    typeof asked === 'string'
      ? await images.getImage({ name: { stream, leaf: asked } }, { signal })
      : await images.findLatest({ stream }, { signal });
  return { leaf: name?.leaf ?? '', manifestDigest };
};

/** A leaf of a product's stream. */
interface Release {
  readonly leaf: string;
  /** That it has to have. @default any */
  readonly manifestDigest?: string | undefined;
}

/**
 * Publishes a leaf for an attempt. A publication that the attempt has begun before is gone on with; one that fails is rolled back.
 *
 * @throws `PUBLICATION_FAILED` naming the targets, `CONTENT_CHANGED` for a leaf that has another digest, and what planning throws
 */
export const publish = async (
  services: ExecutorServices,
  product: Product,
  work: Work,
  release: Release,
  signal: AbortSignal,
): Promise<PublicationResults> => {
  const { publisher } = services;
  const begun = await publicationOf(services.journals, work.attempt);
  const publication: Publication =
    begun === undefined
      ? publisher.start(await plan(services, product, work, release, signal), { signal })
      : await publisher.resume(begun, { signal });
  const results = await publication.results;
  if (results.ok) return results;
  // An attempt that was cut short is gone on with by whoever takes it up.
  if (!signal.aborted) await publisher.rollback(publication.id, { force: true });
  throw publicationFailed(results);
};

const plan = async (
  { cloud, publisher }: ExecutorServices,
  product: Product,
  { attempt }: Work,
  { leaf, manifestDigest }: Release,
  signal: AbortSignal,
): Promise<PublicationPlan> => {
  const { stream, kmsKey, architecture, tags } = product;
  const planned = await publisher.plan(
    {
      stream,
      leaf,
      targets: await targetsOf(cloud, product, signal),
      // The attempt makes the name its own: the same release may be on its way twice.
      amiName: `{stream}/{leaf}/${attempt.id}`,
      architecture,
      kmsKey,
      tags: { ...tags, ...workTags(attempt) },
    },
    { signal },
  );
  if (manifestDigest === undefined || planned.manifestDigest === manifestDigest) return planned;
  throw new AmiPublisherError('CONTENT_CHANGED', {
    message: `${stream}/${leaf} was ${manifestDigest} when it was asked for, and is ${planned.manifestDigest} now`,
    resource: `${stream}/${leaf}`,
    remedy: 'ask for a new lifecycle',
  });
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
