import { AmiPublisherError } from '@ami-publisher/base';
import type { CreateVolumeRequest, Volume } from '@aws-sdk/client-ec2';
import { noId } from '../cloud/aws-error.js';
import { minuteMs } from '../steps/step.js';
import type { VolumeContext } from './volume-context.js';

export const createVolumeCall = 'ec2:CreateVolume';

/** Creates a volume by a request with a client token, so that it may be called again, and waits until it can be attached. @returns its id */
export const createVolume = async (
  context: VolumeContext,
  request: CreateVolumeRequest & { readonly ClientToken: string },
): Promise<string> => {
  const { services, signal } = context;
  await context.intend(createVolumeCall, { size: request.Size, clientToken: request.ClientToken });
  const { VolumeId } = await services.ec2.createVolume(request, { signal });
  if (VolumeId === undefined) throw noId(createVolumeCall, 'volume');
  await services.poller.wait('volume', VolumeId, {
    until: (volume) => volume.State === 'available' || volume.State === 'in-use' || failedVolume(volume),
    wanted: 'available',
    timeoutMs: 5 * minuteMs,
    signal,
  });
  return VolumeId;
};

const failedVolume = (volume: Volume): false => {
  if (volume.State !== 'error' && volume.State !== 'deleting' && volume.State !== 'deleted') return false;
  throw new AmiPublisherError('RESOURCE_FAILED', {
    message: `volume ${volume.VolumeId} became ${volume.State}`,
    resource: volume.VolumeId ?? '',
    remedy: 'check the KMS key and its policy (a key that cannot be used gives this state), then resume',
  });
};
