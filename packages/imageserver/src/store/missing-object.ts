import { AmiPublisherError } from '@ami-publisher/base';

/** The error of whoever asks for an object that is not there. */
export const missingObject = (sha512: string, cause?: unknown): AmiPublisherError =>
  new AmiPublisherError('OBJECT_MISSING', {
    message: `there is no object ${sha512.slice(0, 16)}…`,
    resource: sha512,
    remedy: 'check the image with `ami-publisher image verify`, and add it again',
    cause,
  });

/** The error of an object whose bytes are not those that its digest promises. */
export const corruptObject = (sha512: string, problem: string): AmiPublisherError =>
  new AmiPublisherError('OBJECT_CORRUPT', {
    message: `object ${sha512.slice(0, 16)}… ${problem}`,
    resource: sha512,
    remedy: 'add the image again',
  });
