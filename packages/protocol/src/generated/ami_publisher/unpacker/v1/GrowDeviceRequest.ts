// Original file: proto/ami_publisher/unpacker/v1/unpacker.proto

import type { LeaseRef as _ami_publisher_unpacker_v1_LeaseRef, LeaseRef__Output as _ami_publisher_unpacker_v1_LeaseRef__Output } from '../../../ami_publisher/unpacker/v1/LeaseRef.js';
import type { Long } from '@grpc/proto-loader';

export interface GrowDeviceRequest {
  'deviceId'?: (string);
  'lease'?: (_ami_publisher_unpacker_v1_LeaseRef | null);
  /**
   * Wait until the device has at least this size, bytes.
   */
  'sizeBytes'?: (number | string | Long);
}

export interface GrowDeviceRequest__Output {
  'deviceId': (string);
  'lease': (_ami_publisher_unpacker_v1_LeaseRef__Output | null);
  /**
   * Wait until the device has at least this size, bytes.
   */
  'sizeBytes': (string);
}
