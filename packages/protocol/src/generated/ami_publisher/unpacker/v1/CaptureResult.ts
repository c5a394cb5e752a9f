// Original file: proto/ami_publisher/unpacker/v1/unpacker.proto

import type { Long } from '@grpc/proto-loader';

export interface CaptureResult {
  'leaf'?: (string);
  'manifestDigest'?: (string);
  'generation'?: (number | string | Long);
}

export interface CaptureResult__Output {
  'leaf': (string);
  'manifestDigest': (string);
  'generation': (string);
}
