// Original file: proto/ami_publisher/unpacker/v1/unpacker.proto

import type { LeaseRef as _ami_publisher_unpacker_v1_LeaseRef, LeaseRef__Output as _ami_publisher_unpacker_v1_LeaseRef__Output } from '../../../ami_publisher/unpacker/v1/LeaseRef.js';
import type { Long } from '@grpc/proto-loader';

export interface GetRawRequest {
  'lease'?: (_ami_publisher_unpacker_v1_LeaseRef | null);
  'offset'?: (number | string | Long);
  'length'?: (number | string | Long);
}

export interface GetRawRequest__Output {
  'lease': (_ami_publisher_unpacker_v1_LeaseRef__Output | null);
  'offset': (string);
  'length': (string);
}
