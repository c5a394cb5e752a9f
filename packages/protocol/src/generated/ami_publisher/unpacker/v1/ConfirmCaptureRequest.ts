// Original file: proto/ami_publisher/unpacker/v1/unpacker.proto

import type { LeaseRef as _ami_publisher_unpacker_v1_LeaseRef, LeaseRef__Output as _ami_publisher_unpacker_v1_LeaseRef__Output } from '../../../ami_publisher/unpacker/v1/LeaseRef.js';
import type { Long } from '@grpc/proto-loader';

export interface ConfirmCaptureRequest {
  'lease'?: (_ami_publisher_unpacker_v1_LeaseRef | null);
  'generation'?: (number | string | Long);
}

export interface ConfirmCaptureRequest__Output {
  'lease': (_ami_publisher_unpacker_v1_LeaseRef__Output | null);
  'generation': (string);
}
