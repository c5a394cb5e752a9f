// Original file: proto/ami_publisher/unpacker/v1/unpacker.proto

import type { LeaseRef as _ami_publisher_unpacker_v1_LeaseRef, LeaseRef__Output as _ami_publisher_unpacker_v1_LeaseRef__Output } from '../../../ami_publisher/unpacker/v1/LeaseRef.js';

export interface OfferRawRequest {
  'lease'?: (_ami_publisher_unpacker_v1_LeaseRef | null);
}

export interface OfferRawRequest__Output {
  'lease': (_ami_publisher_unpacker_v1_LeaseRef__Output | null);
}
