export { counted, formatBytes, formatDuration, formatTime, withoutPlace } from './amounts.js';
export type { Clock } from './clock.js';
export { systemClock, VirtualClock } from './clock.js';
export { Deadlines } from './deadlines.js';
export type { Endpoint } from './endpoint.js';
export { endpointOf } from './endpoint.js';
export type { AmiPublisherErrorOptions } from './error.js';
export {
  AmiPublisherError,
  cancelled,
  invalidOption,
  isAmiPublisherError,
  throwIfCancelled,
  toAmiPublisherError,
} from './error.js';
export type { ErrorCode } from './error-codes.js';
export { errorCodes } from './error-codes.js';
export { errorSummaries } from './error-summaries.js';
export type { Logger } from './logger.js';
export { silentLogger } from './logger.js';
export { clientToken, operationId } from './operation-id.js';
export { parseDuration, parsePair, parseSize, parseWholeNumber } from './quantities.js';
export { untilAborted } from './until-aborted.js';
