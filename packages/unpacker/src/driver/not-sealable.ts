import { AmiPublisherError } from '@ami-publisher/base';
import type { Device, VolumeContents } from './driver.js';

const holdings = {
  blank: 'nothing',
  foreign: 'something that no unpacker wrote',
  partial: 'an update that was cut short',
  image: 'an image',
} as const satisfies Record<VolumeContents['kind'], string>;

/** The error of a volume that does not hold exactly one complete image. */
export const notSealable = (device: Device, contents: VolumeContents): AmiPublisherError =>
  new AmiPublisherError('NOT_SEALABLE', {
    message: `volume ${device.id} holds ${holdings[contents.kind]}, not exactly one complete image`,
    resource: device.id,
    remedy: 'unpack an image onto it first',
  });
