// Original file: proto/ami_publisher/unpacker/v1/unpacker.proto

import type { Long } from '@grpc/proto-loader';

/**
 * Names the lease that a call is made under. Epochs lower than the stream's current one are refused with ABORTED.
 */
export interface LeaseRef {
  'stream'?: (string);
  'publication'?: (string);
  'epoch'?: (number | string | Long);
}

/**
 * Names the lease that a call is made under. Epochs lower than the stream's current one are refused with ABORTED.
 */
export interface LeaseRef__Output {
  'stream': (string);
  'publication': (string);
  'epoch': (string);
}
