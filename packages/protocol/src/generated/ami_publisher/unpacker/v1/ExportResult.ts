// Original file: proto/ami_publisher/unpacker/v1/unpacker.proto

import type { Long } from '@grpc/proto-loader';

export interface ExportResult {
  /**
   * Where it was written: an absolute path, or s3://BUCKET/KEY.
   */
  'destination'?: (string);
  /**
   * Of the file as written.
   */
  'bytes'?: (number | string | Long);
  /**
   * Of the file as written, lower-case hex.
   */
  'sha512'?: (string);
  'leaf'?: (string);
  'manifestDigest'?: (string);
  'generation'?: (number | string | Long);
}

export interface ExportResult__Output {
  /**
   * Where it was written: an absolute path, or s3://BUCKET/KEY.
   */
  'destination': (string);
  /**
   * Of the file as written.
   */
  'bytes': (string);
  /**
   * Of the file as written, lower-case hex.
   */
  'sha512': (string);
  'leaf': (string);
  'manifestDigest': (string);
  'generation': (string);
}
