import { type ErrorCode, isAmiPublisherError, toAmiPublisherError } from '@ami-publisher/base';

/** Texts that clients of Go daemons look for; whatever has none is told in our own words. */
const texts: Partial<Record<ErrorCode, string>> = {
  STREAM_NOT_FOUND: 'unknown stream',
};

/** An error as clients are told it: plain text, since the wire has nothing else. */
export const errorText = (reason: unknown): string => {
  const { code, message } = isAmiPublisherError(reason) ? reason : toAmiPublisherError(reason);
  return texts[code] ?? message;
};
