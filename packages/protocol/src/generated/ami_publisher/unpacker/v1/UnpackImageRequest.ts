// Original file: proto/ami_publisher/unpacker/v1/unpacker.proto

import type { LeaseRef as _ami_publisher_unpacker_v1_LeaseRef, LeaseRef__Output as _ami_publisher_unpacker_v1_LeaseRef__Output } from '../../../ami_publisher/unpacker/v1/LeaseRef.js';

export interface UnpackImageRequest {
  'lease'?: (_ami_publisher_unpacker_v1_LeaseRef | null);
  'operationId'?: (string);
  'leaf'?: (string);
  /**
   * The unpacker's own image server may lag or differ: this decides which image it is.
   */
  'manifestDigest'?: (string);
}

export interface UnpackImageRequest__Output {
  'lease': (_ami_publisher_unpacker_v1_LeaseRef__Output | null);
  'operationId': (string);
  'leaf': (string);
  /**
   * The unpacker's own image server may lag or differ: this decides which image it is.
   */
  'manifestDigest': (string);
}
