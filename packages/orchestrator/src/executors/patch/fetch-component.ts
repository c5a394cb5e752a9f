import { createHash } from 'node:crypto';
import { AmiPublisherError, isAmiPublisherError } from '@ami-publisher/base';
import type { Target } from '@ami-publisher/core';
import { called } from '../../aws/aws-clients.js';
import type { Work } from '../../jobs/executor.js';
import { type Pins, pinsOf } from '../../lifecycles/pins.js';
import { patchOf } from '../../lifecycles/start-event.js';
import { type Attempt, trackOf } from '../../lifecycles/state.js';
import { noComponentText } from '../../rules/messages.js';
import type { ExecutorServices } from '../services.js';

/** The component of a patch, as it was read. */
export interface FetchedComponent {
  readonly url: string;
  /** YAML. */
  readonly document: string;
  /** Of the document, hexadecimal digits. */
  readonly sha256: string;
}

/** What the attempt of a patch says of its component. */
export const componentPin = (attempt: Attempt): Pick<Pins, 'patch_component_sha256'> => {
  const { patch_component_sha256 } = pinsOf(attempt);
  return patch_component_sha256 === undefined ? {} : { patch_component_sha256 };
};

/**
 * The component that a patch names, `s3://BUCKET/KEY`.
 *
 * @throws `CONTENT_CHANGED` if it is not the one of the request, `PATCH_COMPONENT_INVALID` if it cannot be read
 */
export const componentOf = async (
  services: Pick<ExecutorServices, 'clients'>,
  target: Target,
  { state, attempt }: Work,
  signal: AbortSignal,
): Promise<FetchedComponent> => {
  const url = String(patchOf(state, trackOf(attempt)).properties.patch_component_url);
  const component = await fetchComponent(services, target, url, signal);
  const { patch_component_sha256: pinned } = pinsOf(attempt);
  if (pinned === undefined || pinned === component.sha256) return component;
  throw new AmiPublisherError('CONTENT_CHANGED', {
    message: `${url} was written anew after the patch was asked for: its SHA-256 was ${pinned}, and is ${component.sha256} now`,
    resource: url,
    remedy: 'put the component back as it was and retry, or ask for a new patch',
  });
};

/** What is not there, or not for us to read, is the fault of whoever named it. */
const unreadable = (reason: unknown, url: string): unknown => {
  if (
    !isAmiPublisherError(reason) ||
    !['ACCESS_DENIED', 'AWS_NOT_FOUND', 'AWS_REJECTED'].includes(reason.code)
  )
    return reason;
  return new AmiPublisherError('PATCH_COMPONENT_INVALID', {
    message: noComponentText(url, reason.message),
    resource: url,
    cause: reason,
  });
};

/** Reads a component. @throws `PATCH_COMPONENT_INVALID` if it cannot be read */
export const fetchComponent = async (
  { clients }: Pick<ExecutorServices, 'clients'>,
  target: Target,
  url: string,
  signal: AbortSignal,
): Promise<FetchedComponent> => {
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
  const document = (await Body?.transformToString()) ?? '';
  return { url, document, sha256: createHash('sha256').update(document).digest('hex') };
};
