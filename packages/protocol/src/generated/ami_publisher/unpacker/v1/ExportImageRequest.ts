// Original file: proto/ami_publisher/unpacker/v1/unpacker.proto

import type { LeaseRef as _ami_publisher_unpacker_v1_LeaseRef, LeaseRef__Output as _ami_publisher_unpacker_v1_LeaseRef__Output } from '../../../ami_publisher/unpacker/v1/LeaseRef.js';

export interface ExportImageRequest {
  'lease'?: (_ami_publisher_unpacker_v1_LeaseRef | null);
  'operationId'?: (string);
  /**
   * "raw", "raw-zstd" or "vmdk" (stream-optimised); the capabilities tell which this unpacker can write.
   */
  'format'?: (string);
  /**
   * A path below the export directory of this unpacker, absolute or relative to it, or s3://BUCKET/KEY. What is there is replaced.
   */
  'destination'?: (string);
}

export interface ExportImageRequest__Output {
  'lease': (_ami_publisher_unpacker_v1_LeaseRef__Output | null);
  'operationId': (string);
  /**
   * "raw", "raw-zstd" or "vmdk" (stream-optimised); the capabilities tell which this unpacker can write.
   */
  'format': (string);
  /**
   * A path below the export directory of this unpacker, absolute or relative to it, or s3://BUCKET/KEY. What is there is replaced.
   */
  'destination': (string);
}
