// Original file: proto/ami_publisher/unpacker/v1/unpacker.proto

import type { Long } from '@grpc/proto-loader';

export interface UnpackResult {
  'leaf'?: (string);
  'manifestDigest'?: (string);
  'generation'?: (number | string | Long);
  'filesWritten'?: (number | string | Long);
  'filesRemoved'?: (number | string | Long);
  'metadataChanged'?: (number | string | Long);
  'bytesFetched'?: (number | string | Long);
  'bytesWritten'?: (number | string | Long);
}

export interface UnpackResult__Output {
  'leaf': (string);
  'manifestDigest': (string);
  'generation': (string);
  'filesWritten': (string);
  'filesRemoved': (string);
  'metadataChanged': (string);
  'bytesFetched': (string);
  'bytesWritten': (string);
}
