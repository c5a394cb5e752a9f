import { AmiPublisherError } from '@ami-publisher/base';

/** The error that work is cancelled with, saying by whom or why. */
export const cancelledBecause = (message: string): AmiPublisherError =>
  new AmiPublisherError('CANCELLED', { message });
