import { AmiPublisherError } from '@ami-publisher/base';
import { formatTarget, type Target, tagKeys } from '@ami-publisher/core';
import { quoted, type RemoteShell } from '../../aws/remote-shell.js';
import type { Product } from '../../configuration/products.js';
import type { Executor } from '../../jobs/executor.js';
import { amiDetails, publish } from '../build.js';
import { type AmiPlace, besidePrimaryAmi } from '../on-primary-ami.js';
import { describeAmi, releaseOf } from '../published-release.js';
import type { ExecutorServices } from '../services.js';
import { launchThrowAway, shellOn } from '../throw-away-instance.js';
import { type PatchStep, stepsOfComponent } from './component.js';
import { componentOf, componentPin } from './fetch-component.js';
import { onceScript, stepScript } from './scripts.js';

/** Unpacking or adding an image of many gigabytes, seconds. */
const imageSeconds = 7_200;
const keptOutput = 500;

/**
 * Patches an AMI: its image is unpacked into a folder on a throw-away instance, the component's steps are run with that folder as `/`, and what they
 * leave is added as a new leaf, and published. Nothing of it boots the AMI, so that no log or key of a running system gets into the image.
 */
export const patch = (services: ExecutorServices): Executor =>
  besidePrimaryAmi(services, services.configuration.timeLimitMinutes.build, async (place) => {
    const { work, product, ami, target, signal } = place;
    const parent = await leafOf(services, target, ami.image, signal);
    const leaf = leafOfPatch(parent, work.attempt.id);
    if (!(await hasImage(services, product.stream, leaf, signal)))
      await makeLeaf(services, { ...place, parent, leaf });
    const results = await publish(services, product, work, { leaf }, signal);
    return {
      status: 'COMPLETED',
      properties: {
        task: 'PATCH_AMI',
        ami_details: amiDetails(results, product),
        publication_id: results.publicationId,
        image: `${results.stream}/${results.leaf}`,
        parent_image: `${product.stream}/${parent}`,
        manifest_digest: results.manifestDigest,
        ...componentPin(work.attempt),
      },
    };
  });

/** The release that an AMI holds, by its tags. @throws `RESOURCE_FAILED` for an AMI that no publication made */
const leafOf = async (
  services: ExecutorServices,
  target: Target,
  imageId: string,
  signal: AbortSignal,
): Promise<string> => {
  const release = releaseOf(await describeAmi(services, target, imageId, signal));
  if (release !== undefined) return release.leaf;
  throw new AmiPublisherError('RESOURCE_FAILED', {
    message: `${imageId} in ${formatTarget(target)} has no tag ${tagKeys.leaf}: it was not published from an image`,
    resource: imageId,
  });
};

/** A patch of a patch is named after the release that both stand on. */
const leafOfPatch = (parent: string, attemptId: string): string =>
  `${parent.replace(/-patch-[0-9a-f-]{13}$/, '')}-patch-${attemptId.slice(-13)}`;

const hasImage = async (
  { images }: ExecutorServices,
  stream: string,
  leaf: string,
  signal: AbortSignal,
): Promise<boolean> => {
  try {
    await images.getImage({ name: { stream, leaf } }, { signal });
    return true;
  } catch (reason) {
    if ((reason as AmiPublisherError).code === 'IMAGE_NOT_FOUND') return false;
    throw reason;
  }
};

interface MakeLeaf extends AmiPlace {
  readonly parent: string;
  readonly leaf: string;
}

const makeLeaf = async (services: ExecutorServices, options: MakeLeaf): Promise<void> => {
  const { product, target, work, parent, leaf, signal } = options;
  const { attempt } = work;
  const builder = builderOf(product);
  const { document, url } = await componentOf(services, target, work, signal);
  const steps = stepsOfComponent(document, url);
  const settings = product.instance;
  const instanceId = await launchThrowAway(services, {
    target,
    imageId: builder.image,
    settings,
    attempt,
    signal,
  });
  const shell = await shellOn(services, target, instanceId, signal);
  const command = (verb: string, name: string) =>
    [...builder.command, 'image', verb, `${product.stream}/${name}`, 'tree', '--quiet', ...builder.options]
      .map(quoted)
      .join(' ');
  const once = (step: string, body: string, seconds: number) =>
    run(shell, step, onceScript(attempt.id, step, body), seconds);
  await once('unpack', `rm -rf tree && ${command('unpack', parent)} 9>&-`, imageSeconds);
  for (const [index, step] of steps.entries()) await runStep(once, `${index + 1}-${step.name}`, step);
  await once('add', `${command('add', leaf)} 9>&-`, imageSeconds);
};

/** @throws `PRODUCT_NOT_CONFIGURED` */
export const builderOf = ({ builder, stream }: Product): NonNullable<Product['builder']> => {
  if (builder !== undefined) return builder;
  throw new AmiPublisherError('PRODUCT_NOT_CONFIGURED', {
    message: `the product of ${stream} has no builder, on which patches are made`,
    remedy: 'give it one in the configuration of the executors',
  });
};

const run = async (shell: RemoteShell, step: string, script: string, seconds: number): Promise<void> => {
  const { exitCode, timedOut, stdout, stderr } = await shell.run(script, seconds);
  if (exitCode === 0 && !timedOut) return;
  const how = timedOut ? `took longer than ${seconds} s` : `ended with ${exitCode}`;
  throw new AmiPublisherError('PATCH_FAILED', {
    message: `step ${step} ${how}: ${(stderr.trim() || stdout.trim()).slice(-keptOutput)}`,
    resource: step,
  });
};

type Once = (step: string, body: string, seconds: number) => Promise<void>;

const runStep = async (once: Once, name: string, step: PatchStep): Promise<void> => {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await once(name, stepScript(step), step.timeoutSeconds);
      return;
    } catch (reason) {
      if (!(reason instanceof AmiPublisherError) || reason.code !== 'PATCH_FAILED') throw reason;
      if (attempt < step.maxAttempts) continue;
      if (step.onFailure === 'Ignore') return;
      throw reason;
    }
  }
};
