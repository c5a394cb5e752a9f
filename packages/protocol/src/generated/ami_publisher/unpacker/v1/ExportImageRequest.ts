// Original file: proto/ami_publisher/unpacker/v1/unpacker.proto

import type { LeaseRef as _ami_publisher_unpacker_v1_LeaseRef, LeaseRef__Output as _ami_publisher_unpacker_v1_LeaseRef__Output } from '../../../ami_publisher/unpacker/v1/LeaseRef.js';

export interface ExportImageRequest {
  'lease'?: (_ami_publisher_unpacker_v1_LeaseRef | null);
  'operationId'?: (string);
  'format'?: (string);
  'destination'?: (string);
}

export interface ExportImageRequest__Output {
  'lease': (_ami_publisher_unpacker_v1_LeaseRef__Output | null);
  'operationId': (string);
  'format': (string);
  'destination': (string);
}
