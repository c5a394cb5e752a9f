// Original file: proto/ami_publisher/unpacker/v1/unpacker.proto

import type { LeaseRef as _ami_publisher_unpacker_v1_LeaseRef, LeaseRef__Output as _ami_publisher_unpacker_v1_LeaseRef__Output } from '../../../ami_publisher/unpacker/v1/LeaseRef.js';

export interface RemoveDeviceRequest {
  'deviceId'?: (string);
  /**
   * On the stream that has the device; a free device needs none.
   */
  'lease'?: (_ami_publisher_unpacker_v1_LeaseRef | null);
  'force'?: (boolean);
}

export interface RemoveDeviceRequest__Output {
  'deviceId': (string);
  /**
   * On the stream that has the device; a free device needs none.
   */
  'lease': (_ami_publisher_unpacker_v1_LeaseRef__Output | null);
  'force': (boolean);
}
