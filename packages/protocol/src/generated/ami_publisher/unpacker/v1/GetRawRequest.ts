// Original file: proto/ami_publisher/unpacker/v1/unpacker.proto

import type { LeaseRef as _ami_publisher_unpacker_v1_LeaseRef, LeaseRef__Output as _ami_publisher_unpacker_v1_LeaseRef__Output } from '../../../ami_publisher/unpacker/v1/LeaseRef.js';
import type { Long } from '@grpc/proto-loader';

export interface GetRawRequest {
  'lease'?: (_ami_publisher_unpacker_v1_LeaseRef | null);
  /**
   * Bytes from the beginning of the volume.
   */
  'offset'?: (number | string | Long);
  /**
   * Bytes; 0 = to the end of the volume.
   */
  'length'?: (number | string | Long);
}

export interface GetRawRequest__Output {
  'lease': (_ami_publisher_unpacker_v1_LeaseRef__Output | null);
  /**
   * Bytes from the beginning of the volume.
   */
  'offset': (string);
  /**
   * Bytes; 0 = to the end of the volume.
   */
  'length': (string);
}
