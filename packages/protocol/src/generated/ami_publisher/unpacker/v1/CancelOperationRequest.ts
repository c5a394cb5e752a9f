// Original file: proto/ami_publisher/unpacker/v1/unpacker.proto

import type { LeaseRef as _ami_publisher_unpacker_v1_LeaseRef, LeaseRef__Output as _ami_publisher_unpacker_v1_LeaseRef__Output } from '../../../ami_publisher/unpacker/v1/LeaseRef.js';

export interface CancelOperationRequest {
  'operationId'?: (string);
  'lease'?: (_ami_publisher_unpacker_v1_LeaseRef | null);
  'force'?: (boolean);
}

export interface CancelOperationRequest__Output {
  'operationId': (string);
  'lease': (_ami_publisher_unpacker_v1_LeaseRef__Output | null);
  'force': (boolean);
}
