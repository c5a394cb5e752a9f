import { AmiPublisherError, isAmiPublisherError } from '@ami-publisher/base';
import type { Target } from '@ami-publisher/core';
import { called } from '../../aws/aws-clients.js';
import type { Work } from '../../jobs/executor.js';
import { patchOf } from '../../lifecycles/start-event.js';
import { trackOf } from '../../lifecycles/state.js';
import type { ExecutorServices } from '../services.js';
import { type PatchStep, stepsOfComponent } from './component.js';

/**
 * The steps of the component that a patch names, `s3://BUCKET/KEY`.
 *
 * @throws `PATCH_COMPONENT_INVALID`, also for one that cannot be read
 */
export const componentOf = (
  services: Pick<ExecutorServices, 'clients'>,
  target: Target,
  { state, attempt }: Work,
  signal: AbortSignal,
): Promise<readonly PatchStep[]> =>
  fetchComponent(
    services,
    target,
    String(patchOf(state, trackOf(attempt)).properties.patch_component_url),
    signal,
  );

/** What is not there, or not for us to read, is the fault of whoever named it. */
const unreadable = (reason: unknown, url: string): unknown => {
  if (
    !isAmiPublisherError(reason) ||
    !['ACCESS_DENIED', 'AWS_NOT_FOUND', 'AWS_REJECTED'].includes(reason.code)
  )
    return reason;
  return new AmiPublisherError('PATCH_COMPONENT_INVALID', {
    message: `${url} cannot be read: ${reason.message}`,
    resource: url,
    cause: reason,
  });
};

/** Reads and checks a component, as a request is checked before it is taken. @throws as {@link componentOf} */
export const fetchComponent = async (
  { clients }: Pick<ExecutorServices, 'clients'>,
  target: Target,
  url: string,
  signal: AbortSignal,
): Promise<readonly PatchStep[]> => {
  const [, bucket, key] = /^s3:\/\/([^/]+)\/(.+)$/s.exec(url) ?? [];
  if (bucket === undefined || key === undefined)
    throw new AmiPublisherError('PATCH_COMPONENT_INVALID', {
      message: `expected patch_component_url to be s3://BUCKET/KEY, got ${JSON.stringify(url)}`,
      resource: url,
    });
  const { sdk, client } = await clients.s3(target);
  const request = new sdk.GetObjectCommand({ Bucket: bucket, Key: key });
  const answer = called('s3:GetObject', target, client.send(request, { abortSignal: signal }), url);
  const { Body } = await answer.catch((reason: unknown) => {
    throw unreadable(reason, url);
  });
  return stepsOfComponent((await Body?.transformToString()) ?? '', url);
};
