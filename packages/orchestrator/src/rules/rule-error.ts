import { AmiPublisherError, type ErrorCode } from '@ami-publisher/base';

/** The error of a request that breaks a rule; the text is the whole message. */
export const broken = (code: ErrorCode, message: string, resource?: string): AmiPublisherError =>
  new AmiPublisherError(code, { message, ...(resource !== undefined && { resource }) });
