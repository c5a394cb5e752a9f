import { AmiPublisherError, isAmiPublisherError } from '@ami-publisher/base';
import type { ExportLink } from '@ami-publisher/core';
import { called } from '../../aws/aws-clients.js';
import { creation, type LifecycleState, resultOf } from '../../lifecycles/state.js';
import type { ExecutorServices } from '../services.js';
import { exportPlace } from './export-place.js';

/**
 * A link to the exported disk, which whoever has it may read for a few minutes. It is signed anew for each who asks, and kept nowhere.
 *
 * @throws `EXPORT_NOT_FOUND` if there is no export, or it has gone; `PRODUCT_NOT_CONFIGURED`
 */
export const exportLink = async (
  services: ExecutorServices,
  state: LifecycleState,
  signal: AbortSignal,
): Promise<ExportLink> => {
  const { export_bucket: bucket, export_bucket_prefix: prefix, export_image_id: file } = exportOf(state);
  const { target, settings } = await exportPlace(services, state, signal);
  const { sdk, client } = await services.clients.s3(target);
  const object = { Bucket: String(bucket), Key: `${String(prefix)}${String(file)}` };
  const sent = client.send(new sdk.HeadObjectCommand(object), { abortSignal: signal });
  const { ContentLength = 0 } = await called('s3:HeadObject', target, sent, object.Key).catch(
    (reason: unknown) => {
      if (isAmiPublisherError(reason) && reason.code === 'AWS_NOT_FOUND') throw noExport(state, 'has gone');
      throw reason;
    },
  );
  const now = services.clock.now();
  const { expiration } = await client.config.credentials();
  const end = Math.min(
    now + settings.linkMinutes * 60_000,
    expiration?.getTime() ?? Number.POSITIVE_INFINITY,
  );
  const { getSignedUrl } = await services.clients.presigner();
  const url = await getSignedUrl(client, new sdk.GetObjectCommand(object), {
    expiresIn: Math.max(1, Math.floor((end - now) / 1_000)),
    signingDate: new Date(now),
  });
  return { url, expires_at: new Date(end).toISOString(), bytes: ContentLength, file: String(file) };
};

const exportOf = (state: LifecycleState) => {
  const properties = resultOf(state, creation, 'QA_CERTIFICATION_REQUEST')?.result?.properties;
  if (properties?.export_image_id !== undefined) return properties;
  throw noExport(state, 'has not been made');
};

const noExport = ({ lifecycle }: LifecycleState, what: string): AmiPublisherError =>
  new AmiPublisherError('EXPORT_NOT_FOUND', {
    message: `the export of lifecycle ${lifecycle.id} ${what}`,
    resource: lifecycle.id,
    remedy: 'ask for QA_CERTIFICATION_REQUEST',
  });
